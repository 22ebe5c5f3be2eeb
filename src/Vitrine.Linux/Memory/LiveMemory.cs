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

    // Keeps each call short (some 50 µs): the target's address-space lock is not held for long, and where the kernel does not preempt itself for a
    // thread of the target that wakes up on this processor, that thread waits until the call returns. A call costs 0.3 µs beside its copying.
    const ulong LargestBatch = 256 << 10;

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

    /// <summary>
    /// True when process_vm_readv is refused and /proc/PID/mem is read instead. That file overrides page protections: address space that is reserved without
    /// any permission then reads as zero instead of being unreadable.
    /// </summary>
    public bool UsesProcMem => useFile;

    /// <summary>Opens the memory of a process, read-only.</summary>
    /// <exception cref="TargetGoneException">The process ended.</exception>
    /// <exception cref="AccessDeniedException">The kernel refuses both ways; the exception says what to do.</exception>
    public static LiveMemory Open(LinuxProcess process) => Open(process, useFile: false);

    /// <summary>As <see cref="Open(LinuxProcess)"/>, with the choice of the fallback from the start.</summary>
    internal static LiveMemory Open(LinuxProcess process, bool useFile)
    {
        ArgumentNullException.ThrowIfNull(process);
        var memory = new LiveMemory(process, AddressSpace.Open(process));
        memory.useFile = useFile && memory.space.HasFile;
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
            var from = new IoVec { Base = (nuint)address, Length = (nuint)destination.Length };
            var into = new IoVec { Base = (nuint)local, Length = (nuint)destination.Length };
            var done = ReadVectors(&into, 1, &from, 1);
            space.Check();
            return (int)done;
        }
    }

    /// <inheritdoc/>
    public void Read(ReadPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        plan.Begin();
        IoVec* local = plan.Vectors, remote = plan.Vectors + Libc.IovMax;
        var island = 0;             // the first island that is not done
        var resume = 0UL;           // where to go on in it; 0 = at its start
        var undecided = -1;         // its first undecided range, once a page of it has failed
        while (island < plan.IslandCount)
        {
            // 1. Fill a batch. Islands with a small gap between them share one remote vector; the gap's bytes go to the junk buffer.
            int locals = 0, remotes = 0;
            ulong length = 0, end = 0;
            for (var i = island; i < plan.IslandCount && locals + 2 <= Libc.IovMax; i++)
            {
                var next = plan.Islands + i;
                var start = i == island && resume != 0 ? resume : next->Address;
                var part = next->End - start;
                var gap = start - end;
                if (locals > 0 && length + part + gap > LargestBatch)
                    break;
                if (locals > 0 && gap <= (ulong)plan.CoalesceGap)
                {
                    local[locals++] = new IoVec { Base = (nuint)plan.Junk, Length = (nuint)gap };
                    remote[remotes - 1].Length += (nuint)(gap + part);
                    length += gap;
                }
                else
                {
                    remote[remotes++] = new IoVec { Base = (nuint)start, Length = (nuint)part };
                    plan.ExtentCount++;
                }
                local[locals++] = new IoVec { Base = (nuint)(plan.Bytes + next->BufferOffset + (long)(start - next->Address)), Length = (nuint)part };
                length += part;
                end = next->End;
            }

            // 2. Read it.
            var done = ReadVectors(local, locals, remote, remotes);
            plan.SystemCalls++;
            plan.BytesRead += (long)done;

            // 3. Step over what was read in full.
            var at = 0;
            for (; at < locals && done >= local[at].Length; at++)
            {
                done -= local[at].Length;
                if (local[at].Base == (nuint)plan.Junk)
                    continue;
                island++;
                resume = 0;
                undecided = -1;
            }

            // 4. If that was not all, the next page is not readable. In a gap it does not matter: go on behind it. Otherwise mark what touches it.
            if (at == locals || local[at].Base == (nuint)plan.Junk)
                continue;
            var current = plan.Islands + island;
            var failed = (resume != 0 ? resume : current->Address) + done;
            var pageEnd = (failed | PageSize - 1) == ulong.MaxValue ? ulong.MaxValue : (failed | PageSize - 1) + 1;
            if (undecided < 0)
                undecided = current->FirstRange;
            if (plan.Fail(current, ref undecided, failed, pageEnd) is { } address)
            {
                resume = address;
            }
            else
            {
                island++;
                resume = 0;
                undecided = -1;
            }
        }
        space.Check();
        plan.Complete();
    }

    /// <inheritdoc/>
    public void Dispose() => space.Dispose();

    /// <summary>Reads the remote vectors into the local ones, which hold as many bytes in all, up to the first page that is not readable.</summary>
    ulong ReadVectors(IoVec* local, int locals, IoVec* remote, int remotes)
    {
        if (!useFile)
        {
            var done = Libc.ProcessVmReadv(process.Pid, local, (nuint)locals, remote, (nuint)remotes, 0);
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

        return ReadFile(local, locals, remote);
    }

    /// <summary>The same by pread: one call for each local vector.</summary>
    ulong ReadFile(IoVec* local, int locals, IoVec* remote)
    {
        var total = 0UL;
        nuint into = 0;
        for (var i = 0; i < locals; i++)
        {
            if (into == remote->Length)
            {
                remote++;
                into = 0;
            }
            var got = space.ReadFile(remote->Base + into, (byte*)local[i].Base, local[i].Length);
            total += got;
            into += local[i].Length;
            if (got < local[i].Length)
                break;
        }
        return total;
    }
}
