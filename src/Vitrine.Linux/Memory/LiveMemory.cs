using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Vitrine.Linux.Native;
using Vitrine.Linux.Processes;

namespace Vitrine.Linux.Memory;

/// <summary>
/// The memory of a running process, read while it runs: nothing is stopped, signalled or written.
/// <para>
/// Strategy: process_vm_readv, many ranges per call; where the kernel or a seccomp filter refuses that call, pread of /proc/PID/mem.
/// The cost is dominated by the pages that the kernel pins for each remote range, hence the merging in <see cref="ReadPlan"/>.
/// </para>
/// <para>
/// Whose memory it is: /proc/PID/mem is opened first and kept open. That file stays bound to the address space it was opened on; once the
/// process has exited or replaced it by an exec, reads of it return end-of-file. Asking it after each read (about a microsecond)
/// detects exit, exec and pid reuse, which pid and start time alone do not (an exec changes neither).
/// </para>
/// <para>
/// What it does cost the target: pages that were swapped out or never touched are brought in as by a read of its own; its address-space lock
/// is held for reading while pages are pinned, at most 1024 at a time.
/// </para>
/// </summary>
public sealed unsafe class LiveMemory : IMemoryReader, IDisposable
{
    /// <summary>Page size in bytes: unreadable memory comes in these units.</summary>
    static readonly ulong PageSize = (ulong)Environment.SystemPageSize;

    // Keeps each call short, so that the target's address-space lock is not wanted for long by one caller.
    const ulong LargestBatch = 64 << 20;

    readonly LinuxProcess process;
    readonly AddressSpace space;
    volatile bool useFile;

    LiveMemory(LinuxProcess process, AddressSpace space)
    {
        this.process = process;
        this.space = space;
    }

    /// <inheritdoc/>
    public int PointerSize => 8;

    /// <summary>True when process_vm_readv is refused and /proc/PID/mem is read instead.</summary>
    public bool UsesProcMem => useFile;

    /// <summary>Opens the memory of a process, read-only.</summary>
    /// <exception cref="TargetGoneException">The process ended.</exception>
    /// <exception cref="AccessDeniedException">The kernel refuses both ways; the exception says what to do.</exception>
    public static LiveMemory Open(LinuxProcess process)
    {
        ArgumentNullException.ThrowIfNull(process);
        var memory = new LiveMemory(process, AddressSpace.Open(process));
        try
        {
            // A read of nothing in particular finds out now whether reading is allowed at all.
            byte probe;
            memory.Read(0x1000, new Span<byte>(&probe, 1));
            return memory;
        }
        catch
        {
            memory.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public int Read(ulong address, Span<byte> destination)
    {
        if (destination.Length == 0)
            return 0;
        if (address > ulong.MaxValue - (ulong)destination.Length)
            destination = destination[..(int)(ulong.MaxValue - address)];
        fixed (byte* local = destination)
        {
            var remote = new IoVec { Base = (nuint)address, Length = (nuint)destination.Length };
            var done = ReadVector(local, (ulong)destination.Length, &remote, 1);
            space.Check();
            return (int)done;
        }
    }

    /// <inheritdoc/>
    public void Read(ReadPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        plan.Begin();

        var extent = 0;             // the first extent that is not done
        var resume = 0UL;           // where to go on in it; 0 = at its start
        var undecided = -1;         // its first undecided range, once a page of it has failed
        while (extent < plan.ExtentCount)
        {
            // 1. Fill a batch: extents lie one behind the other in the buffer, so that one local vector serves them all.
            var count = 0;
            var length = 0UL;
            for (var i = extent; i < plan.ExtentCount && count < Libc.IovMax; i++)
            {
                var start = i == extent && resume != 0 ? resume : plan.Extents[i].Address;
                var part = plan.Extents[i].End - start;
                if (count > 0 && length + part > LargestBatch)
                    break;
                plan.Vectors[count++] = new IoVec { Base = (nuint)start, Length = (nuint)part };
                length += part;
            }
            var first = plan.Extents + extent;
            var into = plan.Bytes + first->BufferOffset + (resume != 0 ? (long)(resume - first->Address) : 0);

            // 2. Read it.
            var done = ReadVector(into, length, plan.Vectors, count);
            plan.SystemCalls++;
            plan.BytesRead += (long)done;

            // 3. Step over what was read in full.
            for (var i = 0; i < count && done >= plan.Vectors[i].Length; i++)
            {
                done -= plan.Vectors[i].Length;
                length -= plan.Vectors[i].Length;
                extent++;
                resume = 0;
                undecided = -1;
            }
            if (length == 0)
                continue;

            // 4. The page behind the last byte is not readable. Mark what touches it and go on behind it.
            var current = plan.Extents + extent;
            var failed = (resume != 0 ? resume : current->Address) + done;
            var pageEnd = (failed & ~(PageSize - 1)) + PageSize;
            if (undecided < 0)
                undecided = current->FirstRange;
            var next = pageEnd == 0 ? plan.Fail(current, ref undecided, failed, ulong.MaxValue) : plan.Fail(current, ref undecided, failed, pageEnd);
            if (next is { } address)
            {
                resume = address;
            }
            else
            {
                extent++;
                resume = 0;
                undecided = -1;
            }
        }
        space.Check();
        plan.Complete();
    }

    /// <inheritdoc/>
    public void Dispose() => space.Dispose();

    /// <summary>Reads the remote vectors one behind the other into <paramref name="local"/>, up to the first page that is not readable.</summary>
    ulong ReadVector(byte* local, ulong length, IoVec* remote, int count)
    {
        if (!useFile)
        {
            var vector = new IoVec { Base = (nuint)local, Length = (nuint)length };
            var done = Libc.ProcessVmReadv(process.Pid, &vector, 1, remote, (nuint)count, 0);
            if (done >= 0)
                return (ulong)done;
            switch (Marshal.GetLastPInvokeError())
            {
                case Libc.EFAULT:
                    return 0;
                case Libc.ESRCH when !space.HasFile:
                    throw space.Gone();
                case Libc.EPERM or Libc.EACCES when !space.HasFile:
                    throw AccessAdvice.Denied(process, "read its memory (process_vm_readv)");

                // ESRCH also means that only the main thread has ended; then the file still serves. EPERM and ENOSYS come from seccomp filters
                // that know only the older way; ENOMEM from a kernel short of pages for this call.
                case Libc.ENOMEM:
                    break;
                default:
                    if (!space.HasFile)
                        throw AccessAdvice.Denied(process, $"read its memory (process_vm_readv: {Files.Describe(Marshal.GetLastPInvokeError())})");
                    space.Check();
                    useFile = true;
                    break;
            }
        }

        var total = 0UL;
        for (var i = 0; i < count; i++)
        {
            var got = space.ReadFile(remote[i].Base, local + total, remote[i].Length);
            total += got;
            if (got < remote[i].Length)
                break;
        }
        return total;
    }
}
