"""Uses the generated client against the service that the environment names."""

import os
from typing import TypeVar

# [snippet: use]
from doorward_client import AuthenticatedClient, Client, models
from doorward_client.api.auth import sign_in_with_password
from doorward_client.api.users import list_users

# [/snippet]
from doorward_client.api.api_keys import create_my_api_key
from doorward_client.api.grants import create_grant
from doorward_client.api.roles import create_role

Answer = TypeVar("Answer")


# [snippet: use]
def told(problem: models.Problem) -> str:
    if problem.code == models.ProblemCode.AUTH_PERMISSION_MISSING:
        return f"not without {problem.required_permission}"
    return ", ".join(f"{field.pointer}: {field.message}" for field in problem.errors)


# [/snippet]


def given(answer: object, kind: type[Answer]) -> Answer:
    """The answer, when it is of the kind that was asked for."""
    assert isinstance(answer, kind), answer
    return answer


def signed_in(
    url: str, email: str, password: str
) -> tuple[AuthenticatedClient, models.CurrentSession]:
    """A client that keeps the session's cookie, and the session."""
    # [snippet: use]
    anyone = Client(base_url=url)
    credentials = models.SignIn(email=email, password=password)
    answer = sign_in_with_password.sync(client=anyone, body=credentials)
    # The session is a cookie, which the connection beneath keeps; no token is sent.
    person = AuthenticatedClient(base_url=url, token="")
    person.set_httpx_client(anyone.get_httpx_client())
    # [/snippet]
    session = given(given(answer, models.SignInAnswer).session, models.CurrentSession)
    assert session.user.email == email, session
    return person, session


def print_list(person: AuthenticatedClient) -> None:
    """Prints the addresses of accounts, or why they may not be seen."""
    # [snippet: use]
    match list_users.sync(client=person):
        case models.UserPage(items=users):
            print([user.email for user in users])
        case models.Problem() as problem:
            print(told(problem))
    # [/snippet]


def main() -> None:
    url, password = os.environ["DOORWARD_URL"], os.environ["PASSWORD"]
    name = os.environ["ROLE"]
    person, session = signed_in(url, os.environ["PERSON"], password)
    admin, _ = signed_in(url, os.environ["ADMIN"], password)

    print_list(person)
    wrong = create_role.sync(client=admin, body=models.RoleInput(name="Help Desk"))
    problem = given(wrong, models.Problem)
    assert problem.code == models.ProblemCode.VALIDATION_FAILED and problem.status == 422, problem
    print(told(problem))

    may = models.RoleInput(name=name, permissions=["users:read"])
    role = given(create_role.sync(client=admin, body=may), models.Role)
    grant = models.GrantInput(role_id=role.id)
    given(create_grant.sync(session.user.id, client=admin, body=grant), models.Grant)
    print_list(person)

    wanted = models.ApiKeyInput(name=name, permissions=["users:read"])
    key = given(create_my_api_key.sync(client=person, body=wanted), models.CreatedApiKey)
    # [snippet: key]
    program = AuthenticatedClient(base_url=url, token=key.secret)
    # [/snippet]
    print_list(program)


main()
