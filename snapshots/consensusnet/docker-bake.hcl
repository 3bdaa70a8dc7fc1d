# The production images: `make images` builds them here, the workflows with
# another TAG.
variable "REGISTRY" {
  default = "ghcr.io/hretheum/consensus.net"
}

variable "TAG" {
  default = "local"
}

group "default" {
  targets = ["image"]
}

target "image" {
  name    = service
  matrix  = {
    service = [
      "api",
      "agent",
      "frontend",
    ]
  }
  context = "services/${service}"
  target  = "production"
  tags    = ["${REGISTRY}/${service}:${TAG}"]
}
