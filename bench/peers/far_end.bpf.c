// A far end that costs next to nothing, for the sender-bound rows of `tools/bench speed`: turns an
// OPTIONS into a 200 within the driver (XDP on one end of a veth pair) and sends it back. Two
// programs: section "far" answers; section "near" only lets everything through, which the other
// end of the pair needs, as a veth takes frames back from XDP only when it runs a program itself.
// Not a SIP server: the answer is the request with another first line, without a To tag.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/udp.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define SIP_PORT 5060
#define FIRST_LINE_LIMIT 64

static const char status[] = "SIP/2.0 200 OK";

// Overwrites the request line in place, filled up with blanks, so that no byte moves and the
// length stays. False: this was no OPTIONS, or its first line is longer than ours may be.
static __always_inline int become_answer(char* text, char* end) {
    if (text + FIRST_LINE_LIMIT > end) return 0;
    if (text[0] != 'O' || text[1] != 'P' || text[2] != 'T') return 0;
    for (int i = 0; i < FIRST_LINE_LIMIT; ++i) {
        if (text[i] == '\r') return i >= (int)sizeof status - 1;
        text[i] = i < (int)sizeof status - 1 ? status[i] : ' ';
    }
    return 0;
}

SEC("far")
int far_end(struct xdp_md* context) {
    char* at = (char*)(long)context->data;
    char* end = (char*)(long)context->data_end;
    struct ethhdr* ethernet = (struct ethhdr*)at;
    struct iphdr* ip = (struct iphdr*)(ethernet + 1);
    struct udphdr* udp = (struct udphdr*)(ip + 1);
    if ((char*)(udp + 1) > end) return XDP_PASS;
    if (ethernet->h_proto != bpf_htons(ETH_P_IP) || ip->ihl != 5 || ip->protocol != IPPROTO_UDP)
        return XDP_PASS;
    if (udp->dest != bpf_htons(SIP_PORT)) return XDP_PASS;
    if (!become_answer((char*)(udp + 1), end)) return XDP_DROP;

    unsigned char address[ETH_ALEN];
    __builtin_memcpy(address, ethernet->h_source, ETH_ALEN);
    __builtin_memcpy(ethernet->h_source, ethernet->h_dest, ETH_ALEN);
    __builtin_memcpy(ethernet->h_dest, address, ETH_ALEN);
    // Swapping both addresses leaves the checksum of the IP header as it is.
    __be32 from = ip->saddr;
    ip->saddr = ip->daddr;
    ip->daddr = from;
    __be16 port = udp->source;
    udp->source = udp->dest;
    udp->dest = port;
    udp->check = 0;  // "none", which UDP over IPv4 allows
    return XDP_TX;
}

SEC("near")
int near_end(struct xdp_md* context) {
    (void)context;
    return XDP_PASS;
}

char gpl[] SEC("license") = "GPL";
