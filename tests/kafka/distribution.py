"""Finds the Java and the Kafka jars that the tests' own broker runs on, fetching the jars once."""

import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

FOLDER = Path(__file__).parent


class BrokerMissingError(Exception):
    """No Kafka broker can be had here; the text says why."""


def find_java() -> str:
    home = os.environ.get("JAVA_HOME")
    java = shutil.which("java", path=f"{home}/bin") if home else shutil.which("java")
    if java is None:
        raise BrokerMissingError("Kafka needs Java 17 or later, and no java is on the path.")
    text = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    version = re.search(r'version "(\d+)', text)
    if version is None or int(version[1]) < 17:
        raise BrokerMissingError(f"Kafka needs Java 17 or later; this is {text.splitlines()[:1]}.")
    return java


def find_jars() -> Path:
    """The folder with Kafka's jars, fetched once per content of pom.xml."""
    pom = FOLDER / "pom.xml"
    jars = FOLDER / "jars" / hashlib.sha256(pom.read_bytes()).hexdigest()[:12]
    if jars.is_dir():
        return jars
    maven = shutil.which("mvn")
    if maven is None:
        raise BrokerMissingError("Kafka's jars come through Maven, and no mvn is on the path.")
    jars.parent.mkdir(exist_ok=True)
    copy = Path(tempfile.mkdtemp(prefix=".copy-", dir=jars.parent))
    goal = ["dependency:copy-dependencies", "-DincludeScope=runtime", f"-DoutputDirectory={copy}"]
    done = subprocess.run(
        [maven, "-q", "-B", "-f", str(pom), *goal], capture_output=True, text=True, check=False
    )
    if done.returncode:
        shutil.rmtree(copy, ignore_errors=True)
        raise BrokerMissingError(f"Maven cannot fetch Kafka: {(done.stdout + done.stderr).strip()[:300]}")
    try:
        copy.rename(jars)
    except OSError:  # another run was first
        shutil.rmtree(copy, ignore_errors=True)
    return jars
