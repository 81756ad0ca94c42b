/*
 * The limit that the bench compares with: the same work as `pagewalk bench-entry`, as a small C
 * program does it on a mapped file. 4-level x86-64 tables; file offset = physical address.
 *
 *   baseline merge IMG ROOT          every leaf, merged into ranges of equal rights
 *   baseline va    IMG ROOT ADDRS    translates each little-endian 64-bit address of a file
 *   baseline text  DUMP              reads what QEMU's `xp /Ngx` prints into (address, word) pairs
 *
 * One JSON line: {"n","ranges","sum_pa","seconds","cpu_seconds","rss_kib"}.
 */
#define _FILE_OFFSET_BITS 64
#include <fcntl.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>

enum { PRESENT = 1, RIGHTS = 6, LARGE = 0x80 };
static const uint64_t frame_bits = UINT64_C(0x000ffffffffff000);
static const uint64_t no_execute = UINT64_C(1) << 63;

struct file {
  const unsigned char *bytes;
  uint64_t size;
};

struct result {
  uint64_t n, ranges, sum;
};

static struct file map_file(const char *path) {
  struct file file = {0};
  struct stat status;
  int fd = open(path, O_RDONLY);
  if (fd < 0 || fstat(fd, &status) != 0) {
    perror(path);
    exit(1);
  }
  file.size = (uint64_t)status.st_size;
  file.bytes = mmap(NULL, file.size, PROT_READ, MAP_SHARED, fd, 0);
  if (file.bytes == MAP_FAILED) {
    perror(path);
    exit(1);
  }
  return file;
}

static struct file image;
static struct result merged;
static uint64_t range_end = UINT64_MAX, range_rights;

static void merge_table(uint64_t table, unsigned shift, uint64_t from, uint64_t rights) {
  if (table + 4096 > image.size)
    return;
  const uint64_t *entries = (const uint64_t *)(image.bytes + table);
  for (uint64_t index = 0; index < 512; index++) {
    uint64_t entry = entries[index];
    if (!(entry & PRESENT))
      continue;
    uint64_t address = from | index << shift;
    if (shift == 39 && index >= 256)
      address |= UINT64_C(0xffff) << 48;
    uint64_t granted = (rights & entry & RIGHTS) | ((rights | entry) & no_execute);
    if (shift > 12 && (shift == 39 || !(entry & LARGE))) {
      merge_table(entry & frame_bits, shift - 9, address, granted);
      continue;
    }
    uint64_t size = UINT64_C(1) << shift;
    merged.n++;
    merged.sum += entry & frame_bits & ~(size - 1);
    if (address != range_end || granted != range_rights) {
      merged.ranges++;
      range_rights = granted;
    }
    range_end = address + size;
  }
}

static struct result merge(char **argv) {
  image = map_file(argv[0]);
  merge_table(strtoull(argv[1], NULL, 0), 39, 0, RIGHTS);
  return merged;
}

static struct result translate(char **argv) {
  struct result result = {0};
  struct file list = map_file(argv[2]);
  uint64_t root = strtoull(argv[1], NULL, 0);
  const uint64_t *addresses = (const uint64_t *)list.bytes;
  image = map_file(argv[0]);
  for (uint64_t which = 0; which < list.size / 8; which++) {
    uint64_t address = addresses[which], table = root;
    for (unsigned shift = 39;; shift -= 9) {
      uint64_t place = table + (address >> shift & 511) * 8;
      if (place + 8 > image.size)
        break;
      uint64_t entry;
      memcpy(&entry, image.bytes + place, 8);
      if (!(entry & PRESENT))
        break;
      if (shift == 12 || (shift < 39 && (entry & LARGE))) {
        uint64_t offset = (UINT64_C(1) << shift) - 1;
        result.n++;
        result.sum += (entry & frame_bits & ~offset) + (address & offset);
        break;
      }
      table = entry & frame_bits;
    }
  }
  return result;
}

static signed char digit[256];

static const unsigned char *read_hex(const unsigned char *at, const unsigned char *end,
                                     uint64_t *value) {
  uint64_t word = 0;
  while (at < end && digit[*at] >= 0)
    word = word << 4 | (uint64_t)digit[*at++];
  *value = word;
  return at;
}

static struct result read_text(char **argv) {
  struct result result = {0};
  struct file text = map_file(argv[0]);
  const unsigned char *at = text.bytes, *end = at + text.size;
  memset(digit, -1, sizeof digit);
  for (int value = 0; value < 16; value++) {
    digit[(unsigned char)"0123456789abcdef"[value]] = (signed char)value;
    digit[(unsigned char)"0123456789ABCDEF"[value]] = (signed char)value;
  }
  /* Pages that are not written cost nothing. */
  uint64_t *pairs = malloc(text.size * 4 + 4096), *pair = pairs;
  if (!pairs)
    exit(1);
  while (at < end) {
    uint64_t address, word;
    at = read_hex(at, end, &address);
    if (at < end && *at == ':')
      at++;
    while (at < end && *at == ' ') {
      if (end - at < 4 || at[1] != '0' || at[2] != 'x') {
        at++;
        continue;
      }
      at = read_hex(at + 3, end, &word);
      *pair++ = address;
      *pair++ = word;
      address += 8;
      result.n++;
      result.sum += word;
    }
    while (at < end && *at != '\n')
      at++;
    at++;
  }
  return result;
}

static double now(clockid_t clock) {
  struct timespec time;
  clock_gettime(clock, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

int main(int argc, char **argv) {
  static const struct {
    const char *name;
    int arguments;
    struct result (*run)(char **);
  } modes[] = {{"merge", 2, merge}, {"va", 3, translate}, {"text", 1, read_text}};
  for (size_t which = 0; which < sizeof modes / sizeof *modes; which++) {
    if (argc != modes[which].arguments + 2 || strcmp(argv[1], modes[which].name) != 0)
      continue;
    double start = now(CLOCK_MONOTONIC), cpu_start = now(CLOCK_THREAD_CPUTIME_ID);
    struct result result = modes[which].run(argv + 2);
    double seconds = now(CLOCK_MONOTONIC) - start;
    double cpu_seconds = now(CLOCK_THREAD_CPUTIME_ID) - cpu_start;
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    printf("{\"n\":%" PRIu64 ",\"ranges\":%" PRIu64 ",\"sum_pa\":\"%" PRIu64
           "\",\"seconds\":%.6f,\"cpu_seconds\":%.6f,\"rss_kib\":%ld}\n",
           result.n, result.ranges, result.sum, seconds, cpu_seconds, usage.ru_maxrss);
    return 0;
  }
  fprintf(stderr, "usage: baseline merge IMG ROOT | va IMG ROOT ADDRS | text DUMP\n");
  return 2;
}
