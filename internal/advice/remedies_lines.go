package advice

// Steps that list the configuration: names, and whether each has a value, which is
// never printed. lookCompose parses .env as Compose does.
const (
	lookCompose = `LC_ALL=C awk '{sub(/^[ \t\r\f\v]+/, ""); sub(/^export[ \t]+/, "")}` +
		` toupper($0) ~ /^(OCI|REGISTRY)__[A-Z0-9_.-]*[ \t]*[=:]/ {match($0, /[ \t=:]/); name = substr($0, 1, RSTART - 1); sub(/^[^=:]*[=:][ \t]*/, "");` +
		` print name "=" (/^(""|\047\047)?[ \t\r]*(#([ \t].*)?)?$/ ? "" : "****")}' .env`
	lookSystemd    = `sudo jq '[with_entries(.key |= ascii_downcase) | .oci, .registry | objects | map_values(if . == null or . == "" then "" else "****" end)]' /etc/stellaops/appsettings.Production.json`
	lookKubernetes = `kubectl get secret stellaops-registry-creds -o json | jq '.data | map_values(if . == "" then "empty" else "****" end)'`
)

// Steps of several remedies.
const (
	noteSystemd    = "# Check credential configuration; a file with comments in it is for an editor, since jq refuses it"
	noteTokenFirst = "# A token counts before user name and password"
	noteKubernetes = "# Check the secret that oci.existingSecret in values.yaml names; it has the keys username and password"
	noteRecreate   = "# Recreate the container: a restart alone keeps the old environment"

	notePassword = "# Run the lines one by one: the next waits for the password, which is not shown"
	noteToken    = "# Run the lines one by one: the next waits for the token, which is not shown"
	askPassword  = "stty -echo; IFS= read -r REGISTRY_PASSWORD; stty echo"
	askToken     = "stty -echo; IFS= read -r REGISTRY_TOKEN; stty echo"

	writeKubernetes = `kubectl create secret generic stellaops-registry-creds --from-literal=username={user} --from-literal=password="${REGISTRY_PASSWORD:?}" --dry-run=client -o yaml | kubectl apply -f -`

	recreateCompose = "docker compose up -d --force-recreate platform"
	editSystemd     = "sudo nano /etc/stellaops/appsettings.Production.json"
	restartSystemd  = "sudo systemctl restart stellaops-platform"
	upgradeHelm     = "helm upgrade stellaops ./chart -f values.yaml"
)

// Steps that append to .env. Compose expands variables in a value unless it is in
// single quotes, where \' is the only escape: a value with a backslash before a quote
// or at its end cannot be written. A line break comes first, because the last line
// of the file may have none.
const (
	writePassword = `case {user}"'${REGISTRY_PASSWORD:?}'" in ` + refuseBackslash +
		`printf '%s\n' '' {user} "$REGISTRY_PASSWORD" | LC_ALL=C sed "s/'/\\\\&/g; 2s/.*/OCI__Username='&'/; 3s/.*/OCI__Password='&'/" >> .env;; esac`
	writeToken = `case "${REGISTRY_TOKEN:?}'" in ` + refuseBackslash +
		`printf '%s\n' '' "$REGISTRY_TOKEN" | LC_ALL=C sed "s/'/\\\\&/g; 2s/.*/OCI__Token='&'/" >> .env;; esac`

	refuseBackslash = `*\\\'*) echo 'Not written: this file cannot hold a backslash before a quote or at the end' >&2; false;; *) `
)
