# What the state beside it was written for. The registry takes the user ci with
# the password right-1, and no other.

variable "url" {
  type = string
}

data "stellaops_oci_credentials_check" "accepted" {
  registry_url = var.url
  username     = "ci"
  password     = "right-1"
  access = [{
    repository = "team/app"
    actions    = ["pull"]
  }]
}

data "stellaops_oci_credentials_check" "refused" {
  registry_url     = var.url
  username         = "ci"
  password         = "wrong"
  timeout          = "20s"
  require_verified = true
  retry = {
    attempts = 2
  }
}

data "stellaops_oci_credentials_check" "unsent" {
  registry_url = "registry.example.com"
  username     = "ci"
}

locals {
  checks = {
    accepted = data.stellaops_oci_credentials_check.accepted
    refused  = data.stellaops_oci_credentials_check.refused
    unsent   = data.stellaops_oci_credentials_check.unsent
  }
}

resource "terraform_data" "gate" {
  input = { for name, check in local.checks : name => check.reason }
}

# What machines read. Sentences for people may become better ones.
output "checks" {
  sensitive = true
  value = {
    for name, check in local.checks : name => {
      for attribute, value in check : attribute => value
      if !contains(["message", "likely_causes", "remediation"], attribute)
    }
  }
}
