// Uses the generated client against the service that the environment names.
package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"os"
	"slices"

	"example.test/use/generated/doorward"
)

var (
	ctx      = context.Background()
	url      = os.Getenv("DOORWARD_URL")
	password = os.Getenv("PASSWORD")
)

// ensure ends the program unless the condition holds.
func ensure(holds bool, facts ...any) {
	if !holds {
		fmt.Fprintln(os.Stderr, facts...)
		os.Exit(1)
	}
}

// client is one that keeps cookies.
func client() *doorward.APIClient {
	// [snippet: use]
	jar, _ := cookiejar.New(nil) // keeps the session's cookie
	config := doorward.NewConfiguration()
	config.Servers = doorward.ServerConfigurations{{URL: url}}
	config.HTTPClient = &http.Client{Jar: jar}
	person := doorward.NewAPIClient(config)
	// [/snippet]
	return person
}

// signedIn is a client with a session of the account, and the account's id.
func signedIn(email string) (*doorward.APIClient, string) {
	person := client()
	// [snippet: use]
	credentials := doorward.NewSignIn(email, password)
	answer, _, err := person.AuthAPI.SignInWithPassword(ctx).SignIn(*credentials).Execute()
	// [/snippet]
	ensure(err == nil && answer.Session != nil, "sign-in", err)
	ensure(answer.Session.User.Email == email, answer.Session.User)
	return person, answer.Session.User.Id
}

// listed are the addresses of accounts, or why they may not be seen.
func listed(ctx context.Context, person *doorward.APIClient) ([]string, *doorward.Problem) {
	var emails []string
	// [snippet: use]
	users, _, err := person.UsersAPI.ListUsers(ctx).Execute()
	if problem := problemOf(err); problem != nil {
		return nil, problem // problem.Code, problem.Errors[0].Pointer
	}
	for _, user := range users.Items {
		emails = append(emails, user.Email)
	}
	// [/snippet]
	return emails, nil
}

// [snippet: use]
func problemOf(err error) *doorward.Problem {
	var refused *doorward.GenericOpenAPIError
	if errors.As(err, &refused) {
		if problem, is := refused.Model().(doorward.Problem); is {
			return &problem
		}
	}
	return nil
}

// [/snippet]

func main() {
	email, name := os.Getenv("PERSON"), os.Getenv("ROLE")
	person, id := signedIn(email)
	admin, _ := signedIn(os.Getenv("ADMIN"))

	_, refused := listed(ctx, person)
	ensure(refused != nil, "anybody may list accounts")
	ensure(refused.Status == 403, refused)
	ensure(refused.Code == doorward.PROBLEMCODE_AUTH_PERMISSION_MISSING, refused)
	ensure(refused.GetRequiredPermission() == "users:read", refused)

	roles := admin.RolesAPI
	_, _, err := roles.CreateRole(ctx).RoleInput(*doorward.NewRoleInput("Help Desk")).Execute()
	wrong := problemOf(err)
	ensure(wrong != nil && wrong.Status == 422, err)
	ensure(wrong.Code == doorward.PROBLEMCODE_VALIDATION_FAILED, wrong)
	ensure(len(wrong.Errors) == 1 && wrong.Errors[0].Pointer == "/name", wrong.Errors)

	input := doorward.NewRoleInput(name)
	input.SetPermissions([]string{"users:read"})
	role, _, err := roles.CreateRole(ctx).RoleInput(*input).Execute()
	ensure(err == nil, "role", err)
	grant := doorward.NewGrantInput(role.Id)
	_, _, err = admin.GrantsAPI.CreateGrant(ctx, id).GrantInput(*grant).Execute()
	ensure(err == nil, "grant", err)
	emails, problem := listed(ctx, person)
	ensure(problem == nil && slices.Contains(emails, email), problem, emails)

	wanted := doorward.NewApiKeyInput(name, []string{"users:read"})
	key, _, err := person.ApiKeysAPI.CreateMyApiKey(ctx).ApiKeyInput(*wanted).Execute()
	ensure(err == nil, "key", err)
	// [snippet: key]
	withKey := context.WithValue(ctx, doorward.ContextAccessToken, key.Secret)
	// [/snippet]
	emails, problem = listed(withKey, client())
	ensure(problem == nil && slices.Contains(emails, email), problem, emails)
}
