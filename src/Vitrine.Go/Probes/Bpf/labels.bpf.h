// The pprof labels of a goroutine (runtime/pprof.Do): the value of one key, as a number whose text is in the map `label_values`.
#ifndef VITRINE_LABELS_H
#define VITRINE_LABELS_H

#include "go.bpf.h"

#define LABEL_KEY_BYTES 32
#define LABEL_VALUE_BYTES 64
#define LABELS_AT_MOST 16

// Part of the config of a program that asks.
struct label_config {
	u32 length;  // of the key
	u32 is_list; // Go 1.24 and later: a slice of key and value; before, a map[string]string
	u8 key[LABEL_KEY_BYTES];
};

// What has no text: the goroutine has no such label; its labels could not be read.
#define LABEL_NONE 0
#define LABEL_UNKNOWN 1

struct label_value {
	u32 length;
	u8 text[LABEL_VALUE_BYTES];
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, u64);
	__type(value, struct label_value);
} label_values SEC(".maps");

struct go_runtime_g___labels {
	void *m;
	void *labels;
} GO_TYPE;

struct go_runtime_m___labels {
	void *curg;
} GO_TYPE;

struct go_text {
	u64 data;
	u64 length;
};

static __always_inline int is_key(const struct go_text *text, const volatile struct label_config *wanted)
{
	u8 key[LABEL_KEY_BYTES] = {};
	u32 length = wanted->length;
	if (text->length != length || length == 0 || length > LABEL_KEY_BYTES)
		return 0;
	if (bpf_probe_read_user(key, length, (void *)text->data))
		return 0;
	for (int i = 0; i < LABEL_KEY_BYTES; i++) {
		if (key[i] != wanted->key[i])
			return 0;
	}
	return 1;
}

static __always_inline u64 keep_value(const struct go_text *text)
{
	struct label_value value = {};
	u64 number = 0xcbf29ce484222325; // FNV-1a
	value.length = text->length > LABEL_VALUE_BYTES ? LABEL_VALUE_BYTES : text->length;
	u32 length = value.length & 127;
	if (length > LABEL_VALUE_BYTES)
		return LABEL_UNKNOWN;
	if (length && bpf_probe_read_user(value.text, length, (void *)text->data))
		return LABEL_UNKNOWN;
	for (int i = 0; i < LABEL_VALUE_BYTES; i++)
		number = (number ^ value.text[i]) * 0x100000001b3;
	number |= 2;
	if (!bpf_map_lookup_elem(&label_values, &number) && bpf_map_update_elem(&label_values, &number, &value, BPF_ANY))
		return LABEL_UNKNOWN;
	return number;
}

static __always_inline u64 label_in_list(u64 set, const volatile struct label_config *wanted)
{
	struct go_text pair[2];
	u64 slice[2];
	if (!read_user(&slice, set))
		return LABEL_UNKNOWN;
	for (u32 i = 0; i < LABELS_AT_MOST; i++) {
		if (i >= slice[1])
			return LABEL_NONE;
		if (!read_user(&pair, slice[0] + i * sizeof(pair)))
			return LABEL_UNKNOWN;
		if (is_key(&pair[0], wanted))
			return keep_value(&pair[1]);
	}
	return LABEL_UNKNOWN;
}

// hmap: count, flags and B in the second word (B is its byte 1), buckets in the third. A bucket: 8 top hashes, 8 keys, 8 values.
static __always_inline u64 label_in_map(u64 set, const volatile struct label_config *wanted)
{
	u64 map = 0, header[3];
	u8 hashes[8];
	if (!read_user(&map, set) || !read_user(&header, map))
		return LABEL_UNKNOWN;
	if (header[0] == 0)
		return LABEL_NONE;
	// More than eight labels spread over several buckets; that many are not looked through here.
	if ((header[1] >> 8) & 0xff)
		return LABEL_UNKNOWN;
	if (!read_user(&hashes, header[2]))
		return LABEL_UNKNOWN;
	for (u32 i = 0; i < 8; i++) {
		struct go_text key, value;
		if (hashes[i] < 5)
			continue;
		if (!read_user(&key, header[2] + 8 + i * sizeof(key)))
			return LABEL_UNKNOWN;
		if (!is_key(&key, wanted))
			continue;
		return read_user(&value, header[2] + 8 + 8 * sizeof(key) + i * sizeof(value)) ? keep_value(&value) : LABEL_UNKNOWN;
	}
	return LABEL_NONE;
}

// The label of the goroutine that the code runs for: on a system stack, which has no goroutine number, that of the thread's current one.
static __always_inline u64 label_of(u64 g, u64 goroutine, const volatile struct label_config *wanted)
{
	struct go_runtime_g___labels *pointer = (void *)g;
	u64 set = 0;
	if (!goroutine) {
		struct go_runtime_m___labels *m = 0;
		u64 thread = 0, current = 0;
		if (!READ_GO(&thread, pointer, m))
			return LABEL_UNKNOWN;
		m = (void *)thread;
		if (!READ_GO(&current, m, curg))
			return LABEL_UNKNOWN;
		if (!current)
			return LABEL_NONE;
		pointer = (void *)current;
	}
	if (!READ_GO(&set, pointer, labels))
		return LABEL_UNKNOWN;
	if (!set)
		return LABEL_NONE;
	return wanted->is_list ? label_in_list(set, wanted) : label_in_map(set, wanted);
}

#endif
