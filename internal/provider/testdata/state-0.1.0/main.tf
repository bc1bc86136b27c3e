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

# The types that access and access_results had in 0.1.0.
variable "no_access" {
  type    = list(object({ actions = list(string), probe = bool, repository = string }))
  default = null
}

variable "no_access_results" {
  type    = list(object({ granted = list(string), method = string, missing = list(string), repository = string, unknown = list(string) }))
  default = []
}

# What machines read, as 0.1.0 had it. Sentences for people may become better ones,
# and the entries of access and access_results have more attributes since.
output "checks" {
  sensitive = true
  value = {
    for name, check in local.checks : name => merge({
      for attribute, value in check : attribute => value
      if !contains(["message", "likely_causes", "remediation", "access", "access_results"], attribute)
      }, {
      access = check.access == null ? var.no_access : tolist([
        for entry in check.access : { actions = entry.actions, probe = entry.probe, repository = entry.repository }
      ])
      access_results = length(check.access_results) == 0 ? var.no_access_results : tolist([
        for result in check.access_results : {
          granted = result.granted, method = result.method, missing = result.missing, repository = result.repository, unknown = result.unknown
        }
      ])
    })
  }
}
