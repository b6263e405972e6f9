"""The Kubernetes manifests build, are valid, restrict what a pod may do, and name only settings we know."""

import shutil
import subprocess
import tomllib
from typing import Any

import kubernetes_validate
import pytest
import yaml
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from services.command.registry import SERVICES
from shared.runtime.web import PUBLIC_PREFIXES

from .manifests import (
    KNOWN_TO_SETTINGS,
    ROOT,
    documents,
    parse_command,
    services_that_seal,
    settings_from,
)

K8S = ROOT / "deploy" / "k8s"
(SECRET,) = documents(K8S / "secret.example.yaml")

Manifest = dict[str, Any]


@pytest.fixture(scope="module")
def manifests() -> list[Manifest]:
    """What would be sent to a cluster."""
    kubectl = shutil.which("kubectl")
    if kubectl is None:
        pytest.skip("kubectl is not installed: that the Kubernetes manifests build was not proven")
    built = subprocess.run(
        [kubectl, "kustomize", str(K8S / "base")], check=True, capture_output=True, text=True
    )
    assert not built.stderr
    return list(yaml.safe_load_all(built.stdout))


@pytest.fixture(scope="module")
def deployments(manifests: list[Manifest]) -> dict[str, Manifest]:
    """The Deployments by the service that they run."""
    return {container(item)["args"][1]: item for item in manifests if item["kind"] == "Deployment"}


@pytest.fixture(scope="module")
def jobs(manifests: list[Manifest]) -> dict[str, Manifest]:
    """The migration Jobs by the service whose tables they make."""
    return {container(item)["args"][1]: item for item in manifests if item["kind"] == "Job"}


def pod(item: Manifest) -> Manifest:
    """The pod's specification of a Deployment or Job."""
    specification: Manifest = item["spec"]["template"]["spec"]
    return specification


def container(item: Manifest) -> Manifest:
    """The only container of a Deployment or Job."""
    (only,) = pod(item)["containers"]
    found: Manifest = only
    return found


def environment(item: Manifest, manifests: list[Manifest]) -> dict[str, str]:
    """What the container finds in its environment, secrets from the example."""
    found: dict[str, str] = {}
    for source in container(item).get("envFrom", []):
        name = source["configMapRef"]["name"]
        (settings,) = [m for m in manifests if m["kind"] == "ConfigMap" and m["metadata"]["name"] == name]
        found |= settings["data"]
    for entry in container(item)["env"]:
        source = entry.get("valueFrom", {})
        if "secretKeyRef" in source:
            assert source["secretKeyRef"]["name"] == SECRET["metadata"]["name"]
            found[entry["name"]] = SECRET["stringData"][source["secretKeyRef"]["key"]]
        elif source:
            assert source == {"fieldRef": {"fieldPath": "metadata.name"}}
            found[entry["name"]] = "redress-service-abc12"
        else:
            found[entry["name"]] = entry["value"]
    return found


def test_every_manifest_is_valid_even_strictly(manifests: list[Manifest]) -> None:
    version = kubernetes_validate.latest_version()
    for item in [*manifests, SECRET, *documents(K8S / "ingress.example.yaml")]:
        kubernetes_validate.validate(item, version, strict=True)


def test_a_misspelt_field_would_be_noticed(deployments: dict[str, Manifest]) -> None:
    wrong = yaml.safe_load(yaml.safe_dump(deployments["intake"]))
    container(wrong)["readinesProbe"] = container(wrong).pop("readinessProbe")
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, kubernetes_validate.latest_version(), strict=True)


def test_every_service_has_a_deployment_and_a_migration(
    deployments: dict[str, Manifest], jobs: dict[str, Manifest]
) -> None:
    assert set(deployments) == set(jobs) == set(SERVICES)
    for service in SERVICES:
        assert container(deployments[service])["args"] == ["serve", service]
        assert container(jobs[service])["args"] == ["migrate", service]
        assert parse_command(container(deployments[service])["args"]) == "serve"
        assert parse_command(container(jobs[service])["args"]) == "migrate"
        assert 1 <= deployments[service]["spec"]["replicas"] <= 2


@pytest.mark.parametrize("service", SERVICES)
def test_each_kubernetes_service_leads_to_its_pods(
    service: str, manifests: list[Manifest], deployments: dict[str, Manifest]
) -> None:
    (found,) = [
        m for m in manifests if m["kind"] == "Service" and m["metadata"]["name"] == f"redress-{service}"
    ]
    labels = deployments[service]["spec"]["template"]["metadata"]["labels"]
    assert found["spec"]["selector"].items() <= labels.items()
    assert found["spec"]["selector"]["app.kubernetes.io/component"] == service
    assert found["spec"]["ports"][0]["targetPort"] == container(deployments[service])["ports"][0]["name"]


@pytest.mark.parametrize("service", SERVICES)
def test_the_settings_accept_every_variable(
    service: str,
    manifests: list[Manifest],
    deployments: dict[str, Manifest],
    jobs: dict[str, Manifest],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for item in (deployments[service], jobs[service]):
        given = environment(item, manifests)
        assert set(given) - {"FORWARDED_ALLOW_IPS"} <= KNOWN_TO_SETTINGS
        settings = settings_from(given, monkeypatch)
        assert settings.database_url is not None
        assert settings.database_url.endswith(f"/{service}")
    served = settings_from(environment(deployments[service], manifests), monkeypatch)
    assert served.kafka
    assert served.member_id == "redress-service-abc12"
    assert served.port == container(deployments[service])["ports"][0]["containerPort"]


@pytest.mark.parametrize(
    ("neighbour", "told", "seen"),
    [
        ("10.1.2.3", "203.0.113.9", "203.0.113.9"),
        ("10.1.2.3", "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        ("fd00::7", "2001:db8::9", "2001:db8::9"),
        ("203.0.113.5", "203.0.113.9", "203.0.113.5"),
    ],
)
async def test_intake_believes_an_ingress_within_the_cluster_who_calls_and_nobody_outside(
    deployments: dict[str, Manifest], manifests: list[Manifest], neighbour: str, told: str, seen: str
) -> None:
    believed = environment(deployments["intake"], manifests)["FORWARDED_ALLOW_IPS"]
    found: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        found.append(scope["client"][0])

    scope = {
        "type": "http",
        "client": (neighbour, 1),
        "scheme": "http",
        "headers": [(b"x-forwarded-for", told.encode())],
    }
    await ProxyHeadersMiddleware(app, trusted_hosts=believed)(scope, None, None)  # type: ignore[arg-type]
    assert found == [seen]


def test_only_those_who_seal_or_open_have_the_keys(deployments: dict[str, Manifest]) -> None:
    with_keys = {
        service
        for service, item in deployments.items()
        if "REDRESS_SEALING_KEYS" in {entry["name"] for entry in container(item)["env"]}
    }
    assert with_keys == services_that_seal()


def test_a_pod_may_do_nothing_it_does_not_need(
    deployments: dict[str, Manifest], jobs: dict[str, Manifest]
) -> None:
    for item in [*deployments.values(), *jobs.values()]:
        assert pod(item)["automountServiceAccountToken"] is False
        assert pod(item)["enableServiceLinks"] is False
        assert pod(item)["securityContext"]["runAsNonRoot"] is True
        assert pod(item)["securityContext"]["runAsUser"] == 10001
        assert pod(item)["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert container(item)["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert [mount["mountPath"] for mount in container(item)["volumeMounts"]] == ["/tmp"]
        assert "memory" in container(item)["resources"]["limits"]
        assert set(container(item)["resources"]["requests"]) == {"cpu", "memory"}


def test_the_namespace_enforces_what_the_pods_promise(manifests: list[Manifest]) -> None:
    (namespace,) = [item for item in manifests if item["kind"] == "Namespace"]
    assert namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"
    assert {item["metadata"]["namespace"] for item in manifests if item is not namespace} == {
        namespace["metadata"]["name"]
    }


def test_kubernetes_asks_the_right_questions(deployments: dict[str, Manifest]) -> None:
    for item in deployments.values():
        asked = {
            kind: container(item)[kind]["httpGet"]["path"] for kind in container(item) if "Probe" in kind
        }
        assert asked == {
            "startupProbe": "/health/live",
            "livenessProbe": "/health/live",
            "readinessProbe": "/health/ready",
        }


def test_a_pod_has_time_to_end_well(
    manifests: list[Manifest], deployments: dict[str, Manifest], monkeypatch: pytest.MonkeyPatch
) -> None:
    for item in deployments.values():
        drain = settings_from(environment(item, manifests), monkeypatch).drain_seconds
        (word, pause) = container(item)["lifecycle"]["preStop"]["exec"]["command"]
        assert word == "sleep"
        assert pod(item)["terminationGracePeriodSeconds"] >= float(pause) + drain + 15
        assert item["spec"]["strategy"]["rollingUpdate"]["maxUnavailable"] == 0


def test_the_image_is_of_this_version(deployments: dict[str, Manifest], jobs: dict[str, Manifest]) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    images = {container(item)["image"] for item in [*deployments.values(), *jobs.values()]}
    assert images == {f"redress:{project['version']}"}


def test_the_example_secret_has_the_keys_that_are_asked_for_and_no_others(
    deployments: dict[str, Manifest], jobs: dict[str, Manifest]
) -> None:
    asked = {
        entry["valueFrom"]["secretKeyRef"]["key"]
        for item in [*deployments.values(), *jobs.values()]
        for entry in container(item)["env"]
        if "secretKeyRef" in entry.get("valueFrom", {})
    }
    assert asked == set(SECRET["stringData"])


def test_the_example_ingress_opens_what_customers_need_and_no_more(manifests: list[Manifest]) -> None:
    (ingress,) = documents(K8S / "ingress.example.yaml")
    (rule,) = ingress["spec"]["rules"]
    open_to_customers = {prefix for prefix in PUBLIC_PREFIXES if "/v1/" in prefix}
    assert {path["path"] for path in rule["http"]["paths"]} == open_to_customers
    names = {item["metadata"]["name"] for item in manifests if item["kind"] == "Service"}
    assert {path["backend"]["service"]["name"] for path in rule["http"]["paths"]} <= names
    (settings,) = [item for item in manifests if item["kind"] == "ConfigMap"]
    assert settings["data"]["REDRESS_PUBLIC_URL"] == f"https://{rule['host']}"
