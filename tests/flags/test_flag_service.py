"""Flags of a service over real HTTP: shown, turned once, undone, and never where it is not allowed, whatever goes wrong."""

import ipaddress
import json
import ssl
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pydantic import ValidationError

from agent.errors import Refused, Temporary, Uncertain
from agent.flags_section import Flags, FlagService
from agent.model.action import Observation, Preview, Restart, SetFlag
from agent.model.entity import Entity
from agent.model.question import Gap, GapReason
from integrations.dispatch import ByTarget
from integrations.flags.actuator import FlagServices
from tests.flags.server import FlagServer

THERE = Entity(kind="External", name="house-flags")
OFF = SetFlag(target=THERE, flag="new-basket", state="DISABLED")
TOKEN = "tok-3f1c9a7e5b2d8046"


@pytest.fixture(params=[True, False], ids=["with ETags", "without"])
def server(request):
    with FlagServer(etags=request.param) as server:
        server.documents = {"new-basket": {"name": "new-basket", "enabled": True, "share": 25}}
        yield server


@pytest.fixture
async def flags(server):
    actuator = FlagServices([configured(server)])
    yield actuator
    await actuator.aclose()


def configured(server, **changes) -> FlagService:
    fields = {
        "name": "house-flags",
        "origin": server.origin,
        "read": "/api/flags/{flag}",
        "allowed": ["new-*"],
        "bearer_token": TOKEN,
        "timeout_seconds": 0.6,
    }
    return FlagService.model_validate({**fields, **changes})


async def shown(flags, action=OFF) -> Preview:
    found = await flags.preview(action)
    assert isinstance(found, Preview), found
    return found


async def test_a_preview_shows_the_state_now_and_wanted_and_changes_nothing(server, flags):
    preview = await shown(flags)
    assert "-enabled: true\n+enabled: DISABLED" in preview.diff
    assert preview.undo == SetFlag(target=THERE, flag="new-basket", state="true")
    assert bool(preview.warnings) is not server.etags  # without a tag a write could go over somebody's
    assert server.writes == 0


async def test_a_flag_is_turned_off_with_one_write_and_back_by_its_undo(server, flags):
    before = json.dumps(server.documents["new-basket"])
    preview = await shown(flags)
    applied = await flags.apply(OFF, preview.before, "key-1")
    assert server.documents["new-basket"] == {"name": "new-basket", "enabled": False, "share": 25}
    assert applied.spec_hash == preview.after_spec_hash
    assert (await flags.observe(OFF, preview.before, "key-1")).observation is Observation.DONE
    back = await shown(flags, preview.undo)
    assert back.before.spec_hash == applied.spec_hash
    await flags.apply(preview.undo, back.before, "key-2")
    assert json.dumps(server.documents["new-basket"]) == before
    assert server.writes == 2
    keys = [headers.get("Idempotency-Key") for method, _, headers in server.seen if method == "PUT"]
    assert keys == ["key-1", "key-2"]


async def test_what_is_off_already_is_nothing_to_do(server, flags):
    server.documents["new-basket"]["enabled"] = False
    found = await flags.preview(OFF)
    assert (found.reason, found.detail) == (GapReason.EMPTY, "nothing to do: new-basket is DISABLED already")


async def test_a_word_that_means_off_and_a_field_deep_inside_are_the_services_own(server):
    server.documents["new-basket"] = {"env": {"live": {"mode": "on", "note": "x"}}, "used": 1}
    actuator = FlagServices([configured(server, field="env.live.mode", off="off", ignored=["used"])])
    preview = await shown(actuator)
    server.documents["new-basket"]["used"] = 2
    await actuator.apply(OFF, preview.before, "key")
    assert server.documents["new-basket"] == {"env": {"live": {"mode": "off", "note": "x"}}, "used": 2}
    assert preview.undo.state == '"on"'
    await actuator.aclose()


async def test_what_changed_since_the_question_is_refused_and_not_overwritten(server, flags):
    preview = await shown(flags)
    server.documents["new-basket"]["share"] = 50
    with pytest.raises(Refused, match="no longer what was approved"):
        await flags.apply(OFF, preview.before, "key")
    assert server.documents["new-basket"]["enabled"] is True
    assert server.writes == 0


async def test_what_somebody_else_turned_off_is_not_taken_for_ours(server, flags):
    preview = await shown(flags)
    server.documents["new-basket"]["enabled"] = False
    with pytest.raises(Refused):
        await flags.apply(OFF, preview.before, "key")
    assert server.writes == 0


async def test_what_changes_between_look_and_write_is_refused_where_the_service_has_tags(server, flags):
    preview = await shown(flags)
    server.meanwhile = lambda: server.documents["new-basket"].update(share=99)
    if server.etags:
        with pytest.raises(Refused, match="somebody else changed it"):
            await flags.apply(OFF, preview.before, "key")
        assert server.documents["new-basket"] == {"name": "new-basket", "enabled": True, "share": 99}
    else:
        await flags.apply(OFF, preview.before, "key")  # what the warning of the preview says


async def test_a_weak_tag_binds_no_write():
    with FlagServer() as server:
        server.documents = {"new-basket": {"enabled": True}}
        server.etag = lambda _name: 'W/"1"'
        flags = FlagServices([configured(server)])
        preview = await shown(flags)
        assert preview.warnings
        await flags.apply(OFF, preview.before, "key")
        assert "If-Match" not in server.seen[-2][2]
        await flags.aclose()


@pytest.mark.parametrize(
    ("fault", "raised", "arrived"),
    [
        ("500", Uncertain, True),
        ("slow", Uncertain, True),
        ("reset", Uncertain, True),
        ("garbage", Uncertain, True),
        ("before", Uncertain, False),
        ("forgets", Uncertain, False),
        ("302", Refused, False),
        ("403", Refused, False),
        ("429", Temporary, False),
    ],
)
async def test_a_write_that_goes_wrong_is_told_by_what_can_have_happened_and_looked_at_afterwards(
    server, flags, fault, raised, arrived
):
    preview = await shown(flags)
    server.fault = ("PUT", fault)
    with pytest.raises(raised) as failure:
        await flags.apply(OFF, preview.before, "key")
    assert type(failure.value) is raised
    assert TOKEN not in str(failure.value)
    assert server.writes == 1
    assert not any("elsewhere" in path for _, path, _ in server.seen)
    observed = await flags.observe(OFF, preview.before, "key")
    assert observed.observation is (Observation.DONE if arrived else Observation.NOT_DONE)


@pytest.mark.parametrize(
    ("fault", "reason", "raised"),
    [
        ("500", GapReason.FAILED, Temporary),
        ("slow", GapReason.TIMED_OUT, Temporary),
        ("reset", GapReason.FAILED, Temporary),
        ("garbage", GapReason.FAILED, Temporary),
        ("endless", GapReason.OUT_OF_RANGE, Temporary),
        ("302", GapReason.REFUSED, Refused),
        ("401", GapReason.REFUSED, Refused),
        ("404", GapReason.EMPTY, Refused),
    ],
)
async def test_a_look_that_fails_is_a_gap_and_nothing_is_written_after_it(server, flags, fault, reason, raised):
    preview = await shown(flags)
    server.fault = ("GET", fault)
    gap = await flags.preview(OFF)
    assert isinstance(gap, Gap)
    assert gap.reason is reason
    with pytest.raises(raised):
        await flags.apply(OFF, preview.before, "key")
    assert (await flags.observe(OFF, preview.before, "key")).observation is Observation.CANNOT_TELL
    assert server.writes == 0
    assert not any("elsewhere" in path for _, path, _ in server.seen)


@pytest.mark.parametrize(
    "raw", [b"", b"[]", b"on", b'{"enabled": NaN}', b"[" * 100_000, b'{"enabled": {}}', b'{"other": 1}', b"\xff"]
)
async def test_a_document_that_is_none_is_a_gap(server, flags, raw):
    server.raw = raw or b" "
    assert isinstance(await flags.preview(OFF), Gap)
    assert server.writes == 0


async def test_a_service_that_is_away_is_a_gap_and_temporary(server, flags):
    preview = await shown(flags)
    gone = FlagServices([configured(server, origin="http://127.0.0.1:9")])
    assert (await gone.preview(OFF)).reason is GapReason.FAILED
    with pytest.raises(Temporary):
        await gone.apply(OFF, preview.before, "key")
    await gone.aclose()


@pytest.mark.parametrize(
    "action",
    [
        OFF.evolve(flag="old-basket"),
        OFF.evolve(flag=""),
        OFF.evolve(flag="new-\n"),
        OFF.evolve(flag="new-" + "x" * 300),
        OFF.evolve(target=Entity(kind="External", name="another")),
        OFF.evolve(target=Entity(kind="ConfigMap", namespace="shop", name="house-flags")),
        Restart(target=THERE),
    ],
    ids=str,
)
async def test_what_is_not_allowed_is_not_even_asked_for(server, flags, action):
    before = (await shown(flags)).before
    asked = len(server.seen)
    assert (await flags.preview(action)).reason is GapReason.EMPTY
    with pytest.raises(Refused):
        await flags.apply(action, before, "key")
    assert (await flags.observe(action, before, "key")).observation is Observation.CANNOT_TELL
    assert len(server.seen) == asked


@pytest.mark.parametrize("name", ["new-/../../admin", "new-?x=1", "new-#", "new-%2e%2e", "new-ü", "new- b"])
async def test_a_flags_name_never_leaves_its_place_in_the_path(server, flags, name):
    await flags.preview(OFF.evolve(flag=name))
    ((_, path, _),) = server.seen
    assert path.startswith("/api/flags/new-")
    assert path.count("/") == 3
    assert "?" not in path


@pytest.mark.parametrize("state", ["", "tr", '{"a": 1}', "[1]", "NaN", '"on"'])
async def test_a_state_that_is_no_value_of_this_flag_is_refused(flags, state):
    assert (await flags.preview(OFF.evolve(state=state))).reason is GapReason.EMPTY


async def test_the_token_is_sent_to_the_service_and_read_anew_from_its_file(server, tmp_path):
    file = tmp_path / "token"
    file.write_text("first-token-1\n")
    actuator = FlagServices([configured(server, bearer_token=None, bearer_token_file=file)])
    await shown(actuator)
    file.write_text("second-token-2\n")
    await shown(actuator)
    assert [headers["Authorization"] for _, _, headers in server.seen] == [
        "Bearer first-token-1",
        "Bearer second-token-2",
    ]
    file.unlink()
    assert "cannot be read" in (await actuator.preview(OFF)).detail
    await actuator.aclose()


def certificate(folder):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "flags")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "ca.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return folder / "ca.pem", folder / "key.pem"


async def test_a_certificate_nobody_vouches_for_is_not_spoken_to(tmp_path):
    ca, key = certificate(tmp_path)
    with FlagServer() as server:
        server.documents = {"new-basket": {"enabled": True}}
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(ca, key)
        server._server.socket = context.wrap_socket(server._server.socket, server_side=True)
        secure = server.origin.replace("http:", "https:")
        strangers, ours = (
            FlagServices([configured(server, origin=secure)]),
            FlagServices([configured(server, origin=secure, ca_file=ca)]),
        )
        gap = await strangers.preview(OFF)
        assert "certificate" in gap.detail.lower()
        assert server.seen == []
        await shown(ours)
        await strangers.aclose()
        await ours.aclose()


async def test_the_kind_of_the_target_says_who_acts(server, flags):
    class Cluster:
        async def preview(self, _action):
            return Gap(reason=GapReason.EMPTY, detail="asked the cluster")

    both = ByTarget(Cluster(), {"External": flags})
    assert isinstance(await both.preview(OFF), Preview)
    pod = Restart(target=Entity(kind="Deployment", namespace="shop", name="checkout"))
    assert (await both.preview(pod)).detail == "asked the cluster"


@pytest.mark.parametrize(
    "wrong",
    [
        {"origin": "http://flags.example.com"},
        {"origin": "https://user:pass@flags.example.com"},
        {"origin": "https://flags.example.com/api"},
        {"origin": "ftp://flags.example.com"},
        {"read": "api/{flag}"},
        {"read": "//other.example.com/{flag}"},
        {"read": "/api/flags"},
        {"read": "/{flag}/{flag}"},
        {"read": "/{flag}/{0.__class__}"},
        {"read": "/api/../{flag}"},
        {"allowed": []},
        {"allowed": [""]},
        {"field": "a..b"},
        {"name": "../x"},
        {"bearer_token_file": "/nowhere"},
    ],
    ids=str,
)
def test_a_service_that_could_be_led_astray_is_no_configuration(wrong):
    fields = {"name": "f", "origin": "https://flags.example.com", "read": "/{flag}", "allowed": ["*"]}
    FlagService.model_validate({**fields, "bearer_token": TOKEN})
    with pytest.raises(ValidationError):
        FlagService.model_validate({**fields, "bearer_token": TOKEN, **wrong})


def test_two_services_of_one_name_are_a_mistake():
    one = {"name": "f", "origin": "https://flags.example.com", "read": "/{flag}", "allowed": ["*"]}
    with pytest.raises(ValidationError, match="is there twice"):
        Flags.model_validate({"services": [one, one]})
