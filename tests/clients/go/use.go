// Uses the generated client against the service that the environment names.
package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"os"

	"example.test/use/generated/doorward"
)

var (
	ctx      = context.Background()
	url      = os.Getenv("DOORWARD_URL")
	password = os.Getenv("PASSWORD")
)

// [snippet: use]
func problemOf(err error) (problem doorward.Problem) {
	var refused *doorward.GenericOpenAPIError
	if errors.As(err, &refused) {
		problem, _ = refused.Model().(doorward.Problem)
	}
	return problem
}

func told(problem doorward.Problem) (text string) {
	if problem.Code == doorward.PROBLEMCODE_AUTH_PERMISSION_MISSING {
		return "not without " + problem.GetRequiredPermission()
	}
	for _, field := range problem.Errors {
		text += field.Pointer + ": " + field.Message
	}
	return text
}

// [/snippet]

// ensure ends the program unless the condition holds.
func ensure(holds bool, facts ...any) {
	if !holds {
		fmt.Println(facts...)
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

// printList prints the addresses of accounts, or why they may not be seen.
func printList(ctx context.Context, person *doorward.APIClient) {
	// [snippet: use]
	users, _, err := person.UsersAPI.ListUsers(ctx).Execute()
	if err != nil {
		fmt.Println(told(problemOf(err)))
		return
	}
	for _, user := range users.Items {
		fmt.Print(user.Email, " ")
	}
	// [/snippet]
	fmt.Println()
}

func main() {
	name := os.Getenv("ROLE")
	person, id := signedIn(os.Getenv("PERSON"))
	admin, _ := signedIn(os.Getenv("ADMIN"))

	printList(ctx, person)
	roles := admin.RolesAPI
	_, _, err := roles.CreateRole(ctx).RoleInput(*doorward.NewRoleInput("Help Desk")).Execute()
	wrong := problemOf(err)
	ensure(wrong.Status == 422 && wrong.Code == doorward.PROBLEMCODE_VALIDATION_FAILED, err)
	fmt.Println(told(wrong))

	input := doorward.NewRoleInput(name)
	input.SetPermissions([]string{"users:read"})
	role, _, err := roles.CreateRole(ctx).RoleInput(*input).Execute()
	ensure(err == nil, "role", err)
	grant := doorward.NewGrantInput(role.Id)
	_, _, err = admin.GrantsAPI.CreateGrant(ctx, id).GrantInput(*grant).Execute()
	ensure(err == nil, "grant", err)
	printList(ctx, person)

	wanted := doorward.NewApiKeyInput(name, []string{"users:read"})
	key, _, err := person.ApiKeysAPI.CreateMyApiKey(ctx).ApiKeyInput(*wanted).Execute()
	ensure(err == nil, "key", err)
	// [snippet: key]
	withKey := context.WithValue(ctx, doorward.ContextAccessToken, key.Secret)
	// [/snippet]
	printList(withKey, client())
}
