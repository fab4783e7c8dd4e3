// For LD_PRELOAD: counts the calls that take or give back memory, in a file that another process
// maps (SIPPING_ALLOCATIONS names it, 8 bytes). tools/bench growth looks at it twice.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstdlib>

// glibc's own names for what is replaced below: no dlsym, which would allocate.
extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* old, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);
void __libc_free(void* memory);
}

namespace {

using Counter = std::atomic<std::uint64_t>;

Counter before_map{0};
Counter* calls = &before_map;

__attribute__((constructor)) void map_counter() {
    const char* path = std::getenv("SIPPING_ALLOCATIONS");
    const int file = path == nullptr ? -1 : ::open(path, O_RDWR | O_CLOEXEC);
    if (file < 0) return;
    void* memory = ::mmap(nullptr, sizeof(Counter), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    ::close(file);
    if (memory != MAP_FAILED) calls = static_cast<Counter*>(memory);
}

void count() noexcept {
    calls->fetch_add(1, std::memory_order_relaxed);
}

}  // namespace

extern "C" {

void* malloc(std::size_t size) {
    count();
    return __libc_malloc(size);
}

void* calloc(std::size_t number, std::size_t size) {
    count();
    return __libc_calloc(number, size);
}

void* realloc(void* old, std::size_t size) {
    count();
    return __libc_realloc(old, size);
}

void* aligned_alloc(std::size_t alignment, std::size_t size) {
    count();
    return __libc_memalign(alignment, size);
}

int posix_memalign(void** result, std::size_t alignment, std::size_t size) {
    count();
    *result = __libc_memalign(alignment, size);
    return *result == nullptr ? ENOMEM : 0;
}

void free(void* memory) {
    if (memory != nullptr) count();
    __libc_free(memory);
}

}  // extern "C"
