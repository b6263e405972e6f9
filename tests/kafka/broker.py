"""Finds or starts the real Kafka broker that tests, benches and people use, and leaves no process behind.

`REDRESS_TEST_KAFKA=host:port` names a broker that is there already. Otherwise Java 17 and Maven start the
Kafka named in `pom.xml`: one node, KRaft, small heap, free ports, a folder of its own.

    python -m tests.kafka.broker [--port N] [--data DIR]
"""

import argparse
import base64
import contextlib
import logging
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Mapping
from pathlib import Path

from .distribution import BrokerMissingError, find_jars, find_java
from .readiness import wait_until_ready

HOST = "127.0.0.1"
START_SECONDS = 60.0
JVM = ["-Xms256m", "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto"]
LOGGING = ["-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-Dorg.slf4j.simpleLogger.showDateTime=true"]
PROPERTIES: Mapping[str, str] = {
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.listener.names": "CONTROLLER",
    "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
    "auto.create.topics.enable": "false",
    "group.initial.rebalance.delay.ms": "0",
    "group.min.session.timeout.ms": "500",
    "offsets.topic.replication.factor": "1",
    "offsets.topic.num.partitions": "4",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "transaction.state.log.num.partitions": "1",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    "share.coordinator.state.topic.num.partitions": "1",
    # A small machine shares this broker with the tests.
    "num.network.threads": "2",
    "num.io.threads": "4",
    "log.cleaner.dedupe.buffer.size": "4194304",
    "log.index.size.max.bytes": "262144",
}


class Broker:
    """A broker at `bootstrap`; only one that we started (`own`) can be killed, paused and restarted."""

    def __init__(self, bootstrap: str, jvm: "Jvm | None" = None) -> None:
        self.bootstrap = bootstrap
        self._jvm = jvm

    @property
    def own(self) -> bool:
        return self._jvm is not None

    @property
    def jvm(self) -> "Jvm":
        assert self._jvm is not None, f"the broker at {self.bootstrap} is not ours to handle"
        return self._jvm

    def stop(self) -> None:
        """End it in order and remove its temporary folder; a broker that was there before stays."""
        if self._jvm is not None:
            self._jvm.stop()
            self._jvm.clean()

    def kill(self) -> None:
        """SIGKILL: nothing is flushed or said goodbye to."""
        self.jvm.kill()

    def restart(self) -> None:
        """Start again on the same ports and data, and return when it answers."""
        self.jvm.stop()
        self.jvm.start()

    def pause(self) -> None:
        """SIGSTOP: connections stay open and nothing answers."""
        self.jvm.signal(signal.SIGSTOP)

    def resume(self) -> None:
        """SIGCONT."""
        self.jvm.signal(signal.SIGCONT)

    def mend(self) -> None:
        """Undo kill and pause."""
        if self.jvm.ended is None:
            self.resume()
        else:
            self.restart()


class Jvm:
    """One Kafka process on fixed ports and a fixed folder."""

    def __init__(
        self, java: list[str], port: int, folder: Path, options: Mapping[str, str], *, temporary: bool
    ) -> None:
        self.port = port
        self._java = java
        self._folder = folder
        self._temporary = temporary
        self._options = options
        self._process: subprocess.Popen[bytes] | None = None
        self._guard: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def ended(self) -> int | None:
        """The exit code, once it has one."""
        return -signal.SIGKILL if self._process is None else self._process.poll()

    @property
    def cluster(self) -> str:
        """The identity that its folder was formatted with."""
        return _property(self._folder / "log" / "meta.properties", "cluster.id")

    def start(self) -> None:
        config = self._configure()
        output = self._folder / "broker.log"
        with output.open("ab") as log:
            guard = self._start_guard()
            self._process = subprocess.Popen(
                [*self._java, "kafka.Kafka", str(config)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        assert guard.stdin is not None
        guard.stdin.write(f"{self.pid}\n".encode())
        guard.stdin.flush()
        try:
            wait_until_ready(f"{HOST}:{self.port}", START_SECONDS, self)
        except BaseException:
            self.kill()
            raise

    def _start_guard(self) -> subprocess.Popen[bytes]:
        """A shell that ends the broker when our end of its pipe closes, however we ended."""
        folder = str(self._folder) if self._temporary else ""
        script = 'read pid; cat >/dev/null; kill -9 "$pid"; if [ -n "$0" ]; then sleep 1; rm -rf "$0"; fi'
        self._guard = subprocess.Popen(
            ["/bin/sh", "-c", script, folder],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        return self._guard

    def _configure(self) -> Path:
        """Write the settings, and format the folder once."""
        config = self._folder / "server.properties"
        controller = _free_port()
        settings = {
            **PROPERTIES,
            "listeners": f"PLAINTEXT://{HOST}:{self.port},CONTROLLER://{HOST}:{controller}",
            "advertised.listeners": f"PLAINTEXT://{HOST}:{self.port}",
            "controller.quorum.voters": f"1@{HOST}:{controller}",
            "log.dirs": str(self._folder / "log"),
            **self._options,
        }
        config.write_text("".join(f"{name}={value}\n" for name, value in settings.items()))
        if not (self._folder / "log" / "meta.properties").exists():
            cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
            tool = [
                *self._java,
                "kafka.tools.StorageTool",
                "format",
                f"--cluster-id={cluster}",
                f"--config={config}",
            ]
            done = subprocess.run(tool, capture_output=True, text=True, check=False)
            if done.returncode:
                raise BrokerMissingError(
                    f"Kafka cannot format its folder: {(done.stdout + done.stderr)[-500:]}"
                )
        return config

    def signal(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    def wait(self) -> int:
        """Wait until it ends by itself."""
        assert self._process is not None
        return self._process.wait()

    def stop(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self.signal(signal.SIGCONT)
            self._process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(15)
        self.kill()

    def kill(self) -> None:
        # The guard goes first: after the wait below, the number may belong to another process.
        if self._guard is not None:
            self._guard.kill()
            self._guard.wait()
            assert self._guard.stdin is not None
            self._guard.stdin.close()
            self._guard = None
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def clean(self) -> None:
        if self._temporary:
            shutil.rmtree(self._folder, ignore_errors=True)


def find_broker() -> Broker:
    """The broker that REDRESS_TEST_KAFKA names, else our own; BrokerMissingError says why there is none."""
    named = os.environ.get("REDRESS_TEST_KAFKA")
    if named:
        wait_until_ready(named, 15.0)
        return Broker(named)
    return start_broker()


def start_broker(
    port: int | None = None, data: Path | None = None, options: Mapping[str, str] | None = None
) -> Broker:
    """A broker of our own, answering on `port`. Without `data` its folder is removed when it stops."""
    java = [find_java(), *JVM, *LOGGING, "-cp", str(find_jars() / "*")]
    for attempts_left in (2, 1, 0):
        folder = data or Path(tempfile.mkdtemp(prefix="redress-kafka-"))
        folder.mkdir(parents=True, exist_ok=True)
        jvm = Jvm(java, port or _free_port(), folder, options or {}, temporary=data is None)
        try:
            jvm.start()
        except BrokerMissingError as error:
            last_words = _last_words(folder / "broker.log")
            jvm.clean()
            # Somebody may have taken the port between our look and Kafka's bind.
            if port or not attempts_left:
                raise BrokerMissingError(f"{error} {last_words}") from error
        else:
            return Broker(f"{HOST}:{jvm.port}", jvm)
    raise AssertionError


def _free_port() -> int:
    """A free port below those that the system gives to outgoing connections.

    A client that tries again and again to reach a dead broker on one of those would some day reach itself.
    """
    while True:
        port = random.randint(11_000, 31_000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind((HOST, port))
            return port


def _property(file: Path, name: str) -> str:
    found = re.search(rf"^{re.escape(name)}=(.*)$", file.read_text(), re.MULTILINE)
    assert found is not None
    return found[1].strip()


def _last_words(log: Path) -> str:
    text = log.read_text(errors="replace") if log.exists() else ""
    said = [line for line in text.splitlines() if "Exception" in line]
    return said[-1] if said else ""


def main() -> int:
    """Run a broker in the foreground until Ctrl-C."""
    parser = argparse.ArgumentParser(prog="python -m tests.kafka.broker", description=main.__doc__)
    parser.add_argument("--port", type=int, help="default: a free one")
    parser.add_argument("--data", type=Path, help="folder that is kept; default: a temporary one")
    arguments = parser.parse_args()
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: sys.exit(0))
    try:
        broker = start_broker(arguments.port, arguments.data)
    except BrokerMissingError as error:
        print(error, file=sys.stderr)
        return 1
    print(broker.bootstrap, flush=True)
    try:
        return broker.jvm.wait()
    finally:
        broker.stop()


if __name__ == "__main__":
    raise SystemExit(main())
