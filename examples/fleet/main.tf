# Many registries, one gate. The logins are in the provider block, of which
# nothing is in the state; the checks go over a plain set of hosts, since a
# sensitive map cannot drive for_each.

terraform {
  required_version = ">= 1.5"

  required_providers {
    stellaops = {
      source = "stellaops/stellaops"
    }
  }
}

variable "registries" {
  description = "Registries that the release pulls from."
  type        = set(string)
}

variable "registry_logins" {
  description = "Login for each of them."
  type = map(object({
    username = string
    password = string
  }))
  sensitive = true
}

provider "stellaops" {
  registries = var.registry_logins
}

data "stellaops_oci_credentials_check" "all" {
  for_each = var.registries

  registry_url = each.value
}

# One precondition over all: one in each check would cost the CLI time that grows
# with the square of their number.
resource "terraform_data" "release" {
  lifecycle {
    precondition {
      condition     = alltrue([for check in data.stellaops_oci_credentials_check.all : check.passed])
      error_message = join("\n", [for check in data.stellaops_oci_credentials_check.all : check.message if !check.passed])
    }
  }
}

output "verdicts" {
  value = { for host, check in data.stellaops_oci_credentials_check.all : host => check.reason }
}
