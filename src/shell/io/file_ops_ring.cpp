// FileOps on the ring: requests go out with the loop's next submit, the transport hands the
// completions back.
#include <fcntl.h>
#include <unistd.h>

#include "io/file_ops.hpp"

namespace sipping::io {
namespace {

class RingFileOps final : public FileOps {
public:
    explicit RingFileOps(Ring& ring) noexcept : ring_(ring) {}

    void start(FileOp& op) noexcept override {
        // ftruncate has an opcode only since Linux 6.9, flock has none. Here they cut the few bytes
        // of a torn row off a full disk's file, and mark a file that was just opened: rare and
        // short, so it is done on the spot.
        const bool has_no_opcode =
            op.kind == FileOp::Kind::truncate || op.kind == FileOp::Kind::claim;
        if (alone_ || has_no_opcode || op.is_instant()) {
            op.result = perform(op);
            return;
        }
        op.busy = true;
        op.cancelled = false;
        io_uring_sqe* sqe = ring_.require_sqe();
        prepare(*sqe, op);
        sqe->user_data = data_of(op);
    }

    void poll() noexcept override {}

    void wait(Duration timeout) noexcept override {
        // Whatever else arrives is dropped: only for when the transport has stopped.
        ring_.wait(1, timeout);
        ring_.drain(~0U, [this](const io_uring_cqe& cqe) {
            if (tag_of(cqe.user_data) == Tag::file) complete(value_of(cqe.user_data), cqe.res);
        });
    }

    void cancel(FileOp& op) noexcept override {
        op.cancelled = true;
        io_uring_sqe* sqe = ring_.require_sqe();
        io_uring_prep_cancel64(sqe, data_of(op), 0);
        sqe->user_data = user_data(Tag::none, 0);  // its own outcome tells nothing
    }

    void complete(std::uint64_t value, int result) noexcept override {
        auto* op = reinterpret_cast<FileOp*>(static_cast<std::uintptr_t>(value));
        // Cancelled by nobody: the kernel found no worker for it and could not start one.
        if (result == -ECANCELED && !op->cancelled) {
            alone_ = true;
            result = perform(*op);
        }
        op->result = result;
        op->busy = false;
    }

    [[nodiscard]] bool alone() const noexcept override { return alone_; }

private:
    static std::uint64_t data_of(const FileOp& op) noexcept {
        // A pointer fits: user addresses have at most 56 bits.
        return user_data(Tag::file, reinterpret_cast<std::uintptr_t>(&op));
    }

    static void prepare(io_uring_sqe& sqe, const FileOp& op) noexcept {
        constexpr std::uint64_t at_the_end = ~0ULL;  // O_APPEND; for a pipe "where it stands"
        switch (op.kind) {
            case FileOp::Kind::open:
                io_uring_prep_openat(&sqe, AT_FDCWD, op.path, op.open_flags, file_mode);
                return;
            case FileOp::Kind::write:
                io_uring_prep_write(&sqe, op.fd, op.data.data(),
                                    static_cast<unsigned>(op.data.size()), at_the_end);
                // Straight to a kernel worker. Without it the kernel tries inline first, and then
                // whether dirty-page throttling, a terminal or an old kernel's pipe can stall the
                // loop depends on the file system. Measured on ext4, tmpfs and pipes (6.18): both
                // ways cost the same, 0.7 us in the submit and 6 to 30 us of CPU in all, since
                // regular files went to a worker anyhow.
                io_uring_sqe_set_flags(&sqe, IOSQE_ASYNC);
                return;
            case FileOp::Kind::status:
                io_uring_prep_statx(
                    &sqe, op.path == nullptr ? op.fd : AT_FDCWD, op.path == nullptr ? "" : op.path,
                    op.path == nullptr ? AT_EMPTY_PATH : 0, STATX_BASIC_STATS, op.status);
                return;
            case FileOp::Kind::make_directory:
                io_uring_prep_mkdirat(&sqe, AT_FDCWD, op.path, directory_mode);
                return;
            case FileOp::Kind::close: io_uring_prep_close(&sqe, op.fd); return;
            case FileOp::Kind::truncate:
            case FileOp::Kind::claim: return;  // done in start()
        }
    }

    Ring& ring_;
    bool alone_ = false;
};

}  // namespace

std::unique_ptr<FileOps> make_ring_file_ops(Ring& ring) {
    return std::make_unique<RingFileOps>(ring);
}

}  // namespace sipping::io
