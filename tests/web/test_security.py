"""What every request passes and every answer carries (cases 55 to 57, 61, 80, 82, 84 to 86)."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from spoc.app import create_app
from spoc.settings import Settings
from spoc.web.assets import digest
from spoc.web.runtime import Runtime
from tests.world import COOKIE, World

ANSWERS = [
    ("GET", "/sign-in"),
    ("GET", "/nowhere"),
    ("GET", "/api/nowhere"),
    ("GET", "/profile"),
    ("GET", "/api/me"),
    ("PUT", "/sign-in"),
    ("GET", "/static/spoc.css"),
    ("GET", f"/static/{digest()}/spoc.css"),
    ("GET", "/static/nowhere.css"),
    ("GET", "/static/../../pyproject.toml"),
    ("POST", "/theme"),
]


@pytest.mark.parametrize(("method", "path"), ANSWERS)
def test_every_answer_carries_the_headers(client: TestClient, method: str, path: str) -> None:
    headers = client.request(method, path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert "camera=()" in headers["permissions-policy"]
    assert "server" not in headers
    assert "access-control-allow-origin" not in headers
    assert len(headers["x-request-id"]) == 10


def test_pages_are_not_kept_and_files_of_this_version_are_kept_for_ever(client: TestClient) -> None:
    assert client.get("/sign-in").headers["cache-control"] == "no-store"
    assert "immutable" in client.get(f"/static/{digest()}/spoc.css").headers["cache-control"]
    assert client.get("/static/spoc.css").headers["cache-control"] == "no-cache"


def test_only_files_are_compressed(client: TestClient) -> None:
    assert client.get("/static/spoc.css").headers["content-encoding"] == "gzip"
    assert "content-encoding" not in client.get("/sign-in").headers


def test_head_is_get_without_the_body(client: TestClient, world: World) -> None:
    assert client.head("/profile").status_code == 303
    assert client.head("/people").headers["location"] == "/sign-in?next=/people"
    world.sign_in(client, "employee")
    head, get = client.head("/profile"), client.get("/profile")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == get.headers["content-length"]
    assert client.head("/people").status_code == 404
    assert client.head("/static/spoc.css").status_code == 200


def test_tls_is_asked_for_only_where_there_is_tls(client: TestClient) -> None:
    assert "strict-transport-security" not in client.get("/sign-in").headers
    client.base_url = "https://testserver"
    assert "max-age=31536000" in client.get("/sign-in").headers["strict-transport-security"]


@pytest.mark.parametrize(
    "from_elsewhere",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": ""},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://testserver.evil.example"},
        {"Origin": "https://testserver"},
        {"HX-Request": "true"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://testserver"},
        {},
    ],
)
@pytest.mark.parametrize("path", ["/sign-out", "/theme", "/profile/tokens", "/people/new", "/intake"])
def test_a_change_that_another_site_caused_is_refused(
    client: TestClient, world: World, from_elsewhere: dict[str, str], path: str
) -> None:
    world.sign_in(client, "admin")
    del client.headers["Sec-Fetch-Site"]
    answer = client.post(path, data={"theme": "dark"}, headers=from_elsewhere)
    assert answer.status_code == 403
    assert client.cookies[COOKIE]


@pytest.mark.parametrize(
    "own", [{"Sec-Fetch-Site": "same-origin"}, {"Origin": "http://testserver"}, {"Origin": "http://TESTSERVER"}]
)
def test_a_change_from_our_own_page_passes(client: TestClient, world: World, own: dict[str, str]) -> None:
    world.sign_in(client, "employee")
    del client.headers["Sec-Fetch-Site"]
    assert client.post("/theme", data={"theme": "dark"}, headers=own).status_code == 303


def test_a_wrong_token_beside_a_good_cookie_is_not_a_way_around(client: TestClient, world: World) -> None:
    world.sign_in(client, "employee")
    del client.headers["Sec-Fetch-Site"]
    answer = client.post(
        "/profile/sessions/end-others", headers={"Authorization": "Bearer x", "Origin": "https://evil.example"}
    )
    assert answer.headers["location"] == "/sign-in"


@pytest.mark.parametrize(
    ("path", "kind", "status"),
    [
        ("/intake", "text/plain", 415),
        ("/intake", "", 415),
        ("/intake", "application/xml", 415),
        ("/api/nowhere", "application/x-www-form-urlencoded", 415),
        ("/api/nowhere", "text/plain;application/json", 415),
        ("/api/nowhere", "application/json; charset=utf-8", 404),
        ("/theme", "application/json", 415),
    ],
)
def test_only_the_right_kind_of_content_is_read(client: TestClient, path: str, kind: str, status: int) -> None:
    headers = {"Content-Type": kind} if kind else {}
    assert client.post(path, content=b'{"service":"new-starter"}', headers=headers).status_code == status


@pytest.mark.parametrize(
    "host",
    ["a/?x=", "a b", "", "user@host", "host:port", "[::1", "a\\b", "a,b", "http://a", "ä".encode().decode("latin-1")],
)
def test_a_host_that_is_none_is_refused(client: TestClient, host: str) -> None:
    assert client.get("/sign-in", headers={b"Host": host.encode("latin-1")}).status_code == 400


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1", "[::1]:8000", "desk.example.com", "spoc_web:80"])
def test_a_host_is_a_name_or_an_address(client: TestClient, host: str) -> None:
    assert client.get("/sign-in", headers={"Host": host}).status_code == 200


@pytest.fixture
def small(runtime: Runtime) -> Iterator[TestClient]:
    settings = Settings(max_body_bytes=2_000)
    with TestClient(create_app(Runtime(settings, runtime.sessions, clock=runtime.clock))) as browser:
        yield browser


def test_a_body_that_says_it_is_too_long_is_not_read(small: TestClient) -> None:
    answer = small.post("/intake", json={"text": "x" * 3_000})
    assert (answer.status_code, answer.json()["status"]) == (413, 413)
    assert answer.headers["content-type"] == "application/problem+json"
    assert "content-security-policy" in answer.headers


def test_a_body_that_turns_out_too_long_is_cut_off(small: TestClient) -> None:
    def parts() -> Iterator[bytes]:
        yield from [b"theme=dark&next="] + [b"x" * 500] * 10

    answer = small.post("/theme", content=parts(), headers={"Content-Type": "application/x-www-form-urlencoded"})
    assert answer.status_code == 413


@pytest.mark.parametrize("length", ["-1", "1e3", "٣", "", "1,1"])
def test_a_length_that_is_none_is_refused(client: TestClient, length: str) -> None:
    headers = {b"Content-Length": length.encode(), b"Content-Type": b"application/x-www-form-urlencoded"}
    assert client.post("/theme", headers=headers).status_code == 400


def test_forwarded_headers_of_strangers_change_nothing(client: TestClient) -> None:
    forwarded = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "10.0.0.1", "X-Remote-User": "admin@demo.example"}
    answer = client.get("/sign-in", headers=forwarded)
    assert "strict-transport-security" not in answer.headers
    assert client.get("/profile", headers=forwarded).status_code == 303


def test_forwarded_headers_of_the_named_proxy_count(runtime: Runtime) -> None:
    settings = Settings(trusted_proxies="testclient, 10.0.0.0/8")
    app = create_app(Runtime(settings, runtime.sessions, clock=runtime.clock))
    answer = TestClient(app).get("/sign-in", headers={"X-Forwarded-Proto": "https"})
    assert "strict-transport-security" in answer.headers


def test_a_cookie_of_a_theme_we_do_not_have_changes_nothing(client: TestClient) -> None:
    client.cookies.set("spoc_theme", "<script>")
    assert "<script>" not in client.get("/sign-in").text.replace("<script src", "")


@pytest.mark.parametrize("planted", ["nothing.like.this", "signed_out:<b>bold</b>", "%00", "signed_out%3A%0d%0a"])
def test_a_planted_notice_shows_no_text_of_its_own(client: TestClient, planted: str) -> None:
    client.cookies.set("spoc_told", planted)
    page = client.get("/sign-in").text
    assert "bold" not in page
    assert 'class="flash"' not in page
