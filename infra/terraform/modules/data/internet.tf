# The way out for functions that speak to hosts of the world outside: through one NAT gateway in a subnet of its own, for
# members of one group. Nothing comes in by it.

locals {
  internet_count = var.internet_enabled ? 1 : 0
}

resource "aws_internet_gateway" "this" {
  count = local.internet_count

  vpc_id = aws_vpc.this.id

  tags = { Name = var.name }
}

resource "aws_subnet" "public" {
  count = local.internet_count

  vpc_id                  = aws_vpc.this.id
  availability_zone       = local.zones[0]
  cidr_block              = cidrsubnet(var.vpc_cidr, 4, 15)
  map_public_ip_on_launch = false

  tags = { Name = "${var.name}-public-${local.zones[0]}" }
}

resource "aws_route_table" "public" {
  count = local.internet_count

  vpc_id = aws_vpc.this.id

  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.this[0].id
  }

  tags = { Name = "${var.name}-public" }
}

resource "aws_route_table_association" "public" {
  count = local.internet_count

  subnet_id      = aws_subnet.public[0].id
  route_table_id = aws_route_table.public[0].id
}

resource "aws_eip" "nat" {
  count = local.internet_count

  domain = "vpc"

  tags = { Name = "${var.name}-nat" }

  depends_on = [aws_internet_gateway.this]
}

resource "aws_nat_gateway" "this" {
  count = local.internet_count

  allocation_id = aws_eip.nat[0].id
  subnet_id     = aws_subnet.public[0].id

  tags = { Name = var.name }
}

resource "aws_route" "internet" {
  count = local.internet_count

  route_table_id         = aws_route_table.private.id
  destination_cidr_block = "0.0.0.0/0"
  nat_gateway_id         = aws_nat_gateway.this[0].id
}

resource "aws_security_group" "internet_clients" {
  count = local.internet_count

  name        = "${var.name}-internet-clients"
  description = "Functions that speak to the world outside"
  vpc_id      = aws_vpc.this.id

  tags = { Name = "${var.name}-internet-clients" }
}

# HTTPS, and the higher ports that webhooks may name.
resource "aws_vpc_security_group_egress_rule" "internet" {
  for_each = var.internet_enabled ? { https = [443, 443], high = [1024, 65535] } : {}

  description       = "to the world outside, ${each.key}"
  security_group_id = aws_security_group.internet_clients[0].id
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = each.value[0]
  to_port           = each.value[1]
}
