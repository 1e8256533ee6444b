// SPDX-License-Identifier: GPL-2.0
/*
 * vifmap - counters in the text format of Prometheus
 *
 * All values of one metric stand together there, so that each metric goes once
 * round all ends.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "nl.h"

/**
 * struct end - One end of a device, as a metric sees it.
 * @dev: Name of the vifmap device.
 * @pdev: Name of its physical device.
 * @end: Which kind of end.
 * @vif: Name of the vif, or NULL for an end that is none.
 * @stats: Its counters.
 */
struct end {
	const char *dev;
	const char *pdev;
	const char *end;
	const char *vif;
	struct stats stats;
};

struct ends {
	struct end *v;
	size_t n;
};

/* What each counter is called, and about; drops are one metric of their own */
static const struct {
	unsigned int attr;
	const char *name;
	const char *help;
} counters[] = {
	{ VIFMAP_A_STATS_RX_PACKETS, "rx_packets",
	  "Frames that came from this end." },
	{ VIFMAP_A_STATS_RX_BYTES, "rx_bytes",
	  "Bytes of the frames that came from this end." },
	{ VIFMAP_A_STATS_TX_PACKETS, "tx_packets",
	  "Frames handed to this end." },
	{ VIFMAP_A_STATS_TX_BYTES, "tx_bytes",
	  "Bytes of the frames handed to this end." },
	{ VIFMAP_A_STATS_TX_DROPPED, "tx_dropped_packets",
	  "Frames meant for this end that it did not take." },
	{ VIFMAP_A_STATS_DIRECT, "direct_packets",
	  "Frames handed to this end by a way shorter than its queue." },
	{ VIFMAP_A_STATS_UNKNOWN, "unknown_packets",
	  "Unicast frames from the wire for an address that is not mapped." },
	{ VIFMAP_A_STATS_REFLECTED, "reflected_packets",
	  "Broadcasts and multicasts from the wire with a mapped source." },
	{ VIFMAP_A_STATS_COPIES, "copied_packets",
	  "Copies made of broadcasts and multicasts." },
	{ VIFMAP_A_STATS_FLOODED, "flooded_packets",
	  "Broadcasts and multicasts copied to their receivers." },
	{ VIFMAP_A_STATS_DELIVERED, "delivered_packets",
	  "Frames from this end delivered to a vif." },
	{ VIFMAP_A_STATS_HOST, "host_packets",
	  "Frames from this end passed to the host." },
	{ VIFMAP_A_STATS_WIRE, "wire_packets",
	  "Frames from this end passed to the wire." },
};

/* What of a device or a vif can go up and down */
struct gauge {
	unsigned int attr;
	const char *name;
	const char *help;
};

static const struct gauge dev_gauges[] = {
	{ VIFMAP_A_DEV_UP, "device_up",
	  "Whether the vifmap device is up." },
	{ VIFMAP_A_DEV_PORTS, "device_vifs",
	  "Vifs attached to the device." },
	{ VIFMAP_A_DEV_MACS, "device_macs",
	  "Addresses in the map, those of the host not counted." },
	{ VIFMAP_A_DEV_MAX_MACS, "device_max_macs",
	  "How many addresses the map may hold." },
	{ VIFMAP_A_DEV_PROMISC, "device_promiscuous",
	  "Whether the pdev is promiscuous for want of a unicast filter." },
};

static const struct gauge port_gauges[] = {
	{ VIFMAP_A_PORT_UP, "vif_up", "Whether the vif is up." },
	{ VIFMAP_A_PORT_MACS, "vif_macs",
	  "Addresses that lead to the vif." },
};

/* The length of the UTF-8 character at @s, or 0 where there is none */
static size_t utf8_len(const char *s)
{
	const unsigned char *c = (const unsigned char *)s;
	size_t len, i;

	if (c[0] < 0x80)
		return 1;
	len = c[0] >= 0xf0 ? 4 : c[0] >= 0xe0 ? 3 : 2;
	/* Too long for what they stand for, beyond Unicode, or half a pair */
	if (c[0] < 0xc2 || c[0] > 0xf4 || (c[0] == 0xe0 && c[1] < 0xa0) ||
	    (c[0] == 0xed && c[1] > 0x9f) || (c[0] == 0xf0 && c[1] < 0x90) ||
	    (c[0] == 0xf4 && c[1] > 0x8f))
		return 0;
	for (i = 1; i < len; i++)
		if ((c[i] & 0xc0) != 0x80)
			return 0;
	return len;
}

/*
 * The name of an interface may have any byte but a few. One that is no text
 * would make the reader refuse all of it, so such bytes are spelled out.
 */
static void prom_label(const char *sep, const char *name, const char *value)
{
	size_t len;

	printf("%s%s=\"", sep, name);
	for (; *value; value += len ?: 1) {
		len = utf8_len(value);
		if (!len)
			printf("\\\\x%02x", (unsigned char)*value);
		else if (*value == '\\' || *value == '"')
			printf("\\%c", *value);
		else if (*value == '\n')
			fputs("\\n", stdout);
		else
			printf("%.*s", (int)len, value);
	}
	putchar('"');
}

static void prom_head(const char *name, const char *type, const char *help)
{
	printf("# HELP vifmap_%s %s\n# TYPE vifmap_%s %s\n", name, help, name,
	       type);
}

static void prom_begin(const char *name, const char *dev, const char *pdev)
{
	printf("vifmap_%s", name);
	prom_label("{", "dev", dev);
	prom_label(",", "pdev", pdev);
}

static void prom_value(__u64 val)
{
	printf("} %" PRIu64 "\n", (uint64_t)val);
}

static void prom_end_value(const struct end *e, const char *name,
			   const char *reason, __u64 val)
{
	prom_begin(name, e->dev, e->pdev);
	prom_label(",", "end", e->end);
	if (e->vif)
		prom_label(",", "vif", e->vif);
	if (reason)
		prom_label(",", "reason", reason);
	prom_value(val);
}

static void prom_counters(const struct ends *ends)
{
	char name[64];
	unsigned int i;
	size_t e;

	for (i = 0; ends->n && i < ARRAY_SIZE(counters); i++) {
		snprintf(name, sizeof(name), "%s_total", counters[i].name);
		prom_head(name, "counter", counters[i].help);
		for (e = 0; e < ends->n; e++)
			prom_end_value(&ends->v[e], name, NULL,
				       ends->v[e].stats.val[counters[i].attr]);
	}
}

static void prom_drops(const struct ends *ends)
{
	static const char name[] = "dropped_packets_total";
	unsigned int i;
	size_t e;

	if (!ends->n)
		return;
	prom_head(name, "counter",
		  "Frames from this end that were dropped, by reason.");
	for (e = 0; e < ends->n; e++)
		for (i = 0; i <= VIFMAP_A_STATS_MAX; i++)
			if (stats_is_drop(i))
				prom_end_value(&ends->v[e], name,
					       stats_name(i),
					       ends->v[e].stats.val[i]);
}

static void prom_dev_gauge(const struct gauge *g, const struct obj_list *devs)
{
	size_t i;

	if (!devs->n)
		return;
	prom_head(g->name, "gauge", g->help);
	for (i = 0; i < devs->n; i++) {
		prom_begin(g->name,
			   obj_str(devs->v[i], VIFMAP_A_DEV_IFNAME),
			   obj_str(devs->v[i], VIFMAP_A_DEV_PDEV_IFNAME));
		prom_value(obj_u32(devs->v[i], g->attr));
	}
}

static void prom_port_gauge(const struct gauge *g,
			    const struct obj_list *ports)
{
	const struct obj *port;
	size_t i;

	if (!ports->n)
		return;
	prom_head(g->name, "gauge", g->help);
	for (i = 0; i < ports->n; i++) {
		port = ports->v[i];
		prom_begin(g->name, obj_str(port, VIFMAP_A_PORT_DEV_IFNAME),
			   obj_str(port, VIFMAP_A_PORT_PDEV_IFNAME));
		prom_label(",", "vif", obj_str(port, VIFMAP_A_PORT_IFNAME));
		prom_value(obj_u32(port, g->attr));
	}
}

static void ends_add(struct ends *ends, const struct end *what,
		     const struct obj *o, unsigned int attr)
{
	struct end *e;

	ends->v = mem_realloc(ends->v, ends->n + 1, sizeof(*ends->v));
	e = &ends->v[ends->n];
	*e = *what;
	if (obj_stats(o, attr, &e->stats))
		ends->n++;
}

static void ends_of_dev(struct ends *ends, const struct obj *dev)
{
	static const struct {
		const char *end;
		unsigned int attr;
	} own[] = {
		{ "wire", VIFMAP_A_DEV_WIRE_STATS },
		{ "host", VIFMAP_A_DEV_HOST_STATS },
		{ "port", VIFMAP_A_DEV_PORT_STATS },
	};
	struct end e = {
		.dev = obj_str(dev, VIFMAP_A_DEV_IFNAME),
		.pdev = obj_str(dev, VIFMAP_A_DEV_PDEV_IFNAME),
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(own); i++) {
		e.end = own[i].end;
		ends_add(ends, &e, dev, own[i].attr);
	}
}

static void ends_of_port(struct ends *ends, const struct obj *port)
{
	const struct end e = {
		.dev = obj_str(port, VIFMAP_A_PORT_DEV_IFNAME),
		.pdev = obj_str(port, VIFMAP_A_PORT_PDEV_IFNAME),
		.end = "vif",
		.vif = obj_str(port, VIFMAP_A_PORT_IFNAME),
	};

	ends_add(ends, &e, port, VIFMAP_A_PORT_STATS);
}

/**
 * prometheus_print - Print devices, vifs and counters for Prometheus.
 * @devs: The devices; none when only a vif was asked for.
 * @ports: The vifs.
 */
void prometheus_print(const struct obj_list *devs,
		      const struct obj_list *ports)
{
	struct ends ends = {};
	unsigned int i;
	size_t n;

	for (n = 0; n < devs->n; n++)
		ends_of_dev(&ends, devs->v[n]);
	for (n = 0; n < ports->n; n++)
		ends_of_port(&ends, ports->v[n]);

	for (i = 0; i < ARRAY_SIZE(dev_gauges); i++)
		prom_dev_gauge(&dev_gauges[i], devs);
	for (i = 0; i < ARRAY_SIZE(port_gauges); i++)
		prom_port_gauge(&port_gauges[i], ports);
	prom_counters(&ends);
	prom_drops(&ends);
	free(ends.v);
}
