# The production images: `make images` builds them here, the workflows with
# another TAG.
variable "REGISTRY" {
  default = "ghcr.io/acme/smallest"
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
      "web",
    ]
  }
  context = "services/${service}"
  target  = "production"
  tags    = ["${REGISTRY}/${service}:${TAG}"]
}
