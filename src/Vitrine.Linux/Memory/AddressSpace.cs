using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Vitrine.Linux.Native;
using Vitrine.Linux.Processes;

namespace Vitrine.Linux.Memory;

/// <summary>
/// Tells whether a process still has the address space that it had when this was opened, and reads it through /proc/PID/mem.
/// mem_rw in https://github.com/torvalds/linux/blob/v6.12/fs/proc/base.c: the file holds the mm_struct; without users left (exit, exec) a read returns 0.
/// </summary>
internal sealed unsafe class AddressSpace : IDisposable
{
    readonly LinuxProcess process;
    readonly SafeFileHandle? file;

    // Only used where /proc/PID/mem may not be opened although process_vm_readv is allowed (a security module can do that): the auxiliary vector
    // carries randomised addresses that change with each exec.
    readonly byte[]? auxiliaryVector;

    AddressSpace(LinuxProcess process, SafeFileHandle? file, byte[]? auxiliaryVector)
    {
        this.process = process;
        this.file = file;
        this.auxiliaryVector = auxiliaryVector;
    }

    public bool HasFile => file is not null;

    public static AddressSpace Open(LinuxProcess process)
    {
        var file = Files.TryOpenForReading($"/proc/{process.Pid}/mem", out _);
        var auxiliaryVector = file is null ? ProcFile.TryRead($"/proc/{process.Pid}/auxv", 65_536, out _) : null;

        // The pid may have changed hands before the file was opened.
        if (!process.IsAlive())
        {
            file?.Dispose();
            throw new TargetGoneException($"Process {process.Pid} has ended.");
        }
        return new AddressSpace(process, file, auxiliaryVector);
    }

    /// <summary>Throws when the process has ended, replaced its program (exec), or lost its pid to another one.</summary>
    public void Check()
    {
        if (file is not null)
        {
            // Nothing is mapped at address 0: the answer is EIO while the address space lives and end-of-file afterwards.
            byte unused;
            if (Libc.Pread(file, &unused, 1, 0) == 0)
                throw Gone();
            return;
        }
        if (!process.IsAlive())
            throw Gone();
        var now = ProcFile.TryRead($"/proc/{process.Pid}/auxv", 65_536, out _);
        if (auxiliaryVector is not null && now is not null && !now.AsSpan().SequenceEqual(auxiliaryVector))
            throw Gone();
    }

    /// <summary>Reads up to the first unreadable page; returns the number of bytes.</summary>
    public ulong ReadFile(ulong address, byte* destination, ulong length)
    {
        var done = 0UL;
        while (done < length && address + done <= long.MaxValue)
        {
            var got = Libc.Pread(file!, destination + done, (nuint)(length - done), (long)(address + done));
            if (got > 0)
            {
                done += (ulong)got;
                continue;
            }
            if (got < 0 && Marshal.GetLastPInvokeError() == Libc.EINTR)
                continue;
            break;
        }
        return done;
    }

    public TargetGoneException Gone() => new(process.IsAlive()
        ? $"Process {process.Pid} has replaced its program (exec) while it was being looked at; look again."
        : $"Process {process.Pid} ended while it was being looked at.");

    public void Dispose() => file?.Dispose();
}
