// The pprof labels of a goroutine, copied when the sample is taken: the set may be freed, and its memory used for another one, at the next collection.
#ifndef VITRINE_LABELS_H
#define VITRINE_LABELS_H

#include "cpu.bpf.h"
#include "hash.bpf.h"

// Before Go 1.24: *map[string]string. https://github.com/golang/go/blob/go1.23.0/src/runtime/map.go (hmap, bmap): up to eight entries lie in one bucket.
#define HMAP_COUNT 0
#define HMAP_B 9
#define HMAP_BUCKETS 16
#define BUCKET_KEYS 8
#define BUCKET_VALUES (BUCKET_KEYS + 8 * 16)
#define BUCKET_SLOTS 8
#define MIN_TOP_HASH 5

struct go_text {
	u64 data;
	u64 length;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct label_set);
} label_scratch SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 2048);
	__type(key, u64);
	__type(value, struct label_set);
} label_sets SEC(".maps");

static __always_inline int read_text(const struct go_text *text, char *to, u32 room, u16 *length)
{
	u64 bytes = text->length;
	*length = bytes > 0xffff ? 0xffff : bytes;
	if (bytes == 0)
		return 0;
	if (bytes > room)
		bytes = room;
	// The verifier wants the bound in this form.
	return bpf_probe_read_user(to, ((bytes - 1) & 0x7f) + 1, (const void *)text->data);
}

// Reads the label whose key and value lie at these addresses. A function of its own to the verifier, which looks at it once.
__noinline int read_label(u32 at, u64 key, u64 value)
{
	u32 zero = 0;
	struct label_set *set = bpf_map_lookup_elem(&label_scratch, &zero);
	struct go_text text;
	if (!set)
		return -1;
	barrier_var(at);
	struct label *label = &set->labels[at & (MAX_LABELS - 1)];
	if (!read_user(&text, key) || read_text(&text, label->key, LABEL_KEY, &label->key_length))
		return -1;
	if (!read_user(&text, value) || read_text(&text, label->value, LABEL_VALUE, &label->value_length))
		return -1;
	return 0;
}

static __always_inline int read_label_list(struct label_set *set, u64 labels)
{
	struct { u64 data, count; } list;
	if (!read_user(&list, labels))
		return -1;
	set->count = list.count;
	for (u32 i = 0; i < MAX_LABELS; i++) {
		if (i >= list.count)
			break;
		u64 entry = list.data + i * 2 * sizeof(struct go_text);
		if (read_label(i, entry, entry + sizeof(struct go_text)))
			return -1;
	}
	return 0;
}

static __always_inline int read_label_map(struct label_set *set, u64 labels)
{
	u64 map, bucket;
	u8 log_buckets, top[BUCKET_SLOTS];
	if (!read_user(&map, labels) || !read_user(&set->count, map + HMAP_COUNT))
		return -1;
	if (set->count == 0)
		return 0;
	if (!read_user(&log_buckets, map + HMAP_B) || log_buckets != 0)
		return -1;
	if (!read_user(&bucket, map + HMAP_BUCKETS) || !read_user(&top, bucket))
		return -1;
	u32 found = 0;
	for (u32 slot = 0; slot < BUCKET_SLOTS; slot++) {
		if (top[slot] < MIN_TOP_HASH)
			continue;
		if (read_label(found, bucket + BUCKET_KEYS + slot * 16, bucket + BUCKET_VALUES + slot * 16))
			return -1;
		found++;
	}
	return 0;
}

// Reads the set; negative when it cannot be read.
__noinline int read_labels(u64 labels, u32 are_maps)
{
	u32 zero = 0;
	struct label_set *set = bpf_map_lookup_elem(&label_scratch, &zero);
	if (!set)
		return -1;
	// Volatile, because clang 14 makes a call to memset of a longer clearing, and there is none to call.
	volatile u64 *words = (volatile u64 *)set;
	for (u32 i = 0; i < sizeof(*set) / sizeof(u64); i++)
		words[i] = 0;
	return are_maps ? read_label_map(set, labels) : read_label_list(set, labels);
}

// Keeps the set that was read under its hash; 0 when there is none or no room.
__noinline u64 keep_labels(void)
{
	u32 zero = 0;
	struct label_set *set = bpf_map_lookup_elem(&label_scratch, &zero);
	if (!set || set->count == 0)
		return 0;
	u64 hash = hash_words((const u64 *)set, sizeof(*set) / sizeof(u64), sizeof(*set) / sizeof(u64));
	if (!bpf_map_lookup_elem(&label_sets, &hash) && bpf_map_update_elem(&label_sets, &hash, set, BPF_NOEXIST) == -7 /* E2BIG: full */) {
		count(LOST_MAP_FULL);
		return 0;
	}
	return hash;
}

#endif
