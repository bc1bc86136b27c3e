package advice

// remedyProve proves a permission that requests without credentials do not have.
var remedyProve = everywhere([]string{
	`# Have a permission proven instead: add access = [{ repository = "team/app", actions = ["pull"] }] with a repository that is not public`,
	"terraform plan",
}, "Look whether the registry, or the proxy in front of it, checks credentials at all.")

// remedyProbe tries a permission.
var remedyProbe = everywhere([]string{
	"# Have it tried: add probe = true to the entry of access; for pull, push a tag latest that can be asked for",
	"terraform plan",
}, "Look which permissions the account has on the repository.")

// remedyGrant is for an account that lacks a permission.
var remedyGrant = everywhere([]string{
	"# The login was accepted: grant the permission at the registry, then plan again",
	"terraform plan",
}, "Look whether the repository exists under this name.", "Grant the account, or the token, the actions that access asks for.")

// remedyExchange lets the check send requests to the token service.
var remedyExchange = everywhere([]string{
	"# Let the check ask the token service: remove token_exchange = false",
	"terraform plan",
})

// remedyOffer lists the authentication schemes that a registry offers.
var remedyOffer = everywhere([]string{
	"# See which ways in the registry offers: the header WWW-Authenticate names Basic, Bearer or others",
	"curl -sS -o /dev/null -D - {url} | grep -i www-authenticate",
	"# Configure credentials of that kind, then plan again",
	"terraform plan",
}, "Look whether something in front of the registry removes WWW-Authenticate, or wants a login of its own.")

// remedyTokenService is for a token service whose address must not receive a secret.
var remedyTokenService = everywhere([]string{
	"# See which token service the registry names",
	"curl -sS -o /dev/null -D - {url} | grep -i www-authenticate",
	"# If it is yours and at a private address on purpose, add its host to trusted_realms in the provider block",
	"terraform plan",
}, "Correct the address of the token service: https, and an address that clients may reach.")

// remedyAgree is for a registry that refuses the tokens of its own token service.
var remedyAgree = everywhere([]string{
	"# Compare the clock of the registry with this one",
	"curl -sS -o /dev/null -D - {url} | grep -i '^date:'; date -u",
}, "Compare issuer, audience (service) and signing key of the token service with what the registry expects.", "Set the clocks of both.")
