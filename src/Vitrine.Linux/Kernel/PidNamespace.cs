using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Vitrine.Linux.Native;
using Vitrine.Linux.Processes;

namespace Vitrine.Linux.Kernel;

/// <summary>
/// How a BPF program recognises a process (<c>struct pid_namespace</c> of threads.bpf.h): by the process's own pid namespace and its pid there. The kernel answers
/// a program only for the namespace that the running thread itself lives in, so that the viewer's would not do for a process in a container.
/// </summary>
/// <param name="Device">Device of the namespace's file, as the kernel numbers devices.</param>
/// <param name="Inode">Its inode.</param>
/// <param name="Process">The process's pid in it.</param>
/// <param name="Pad">Zero.</param>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct PidNamespace(ulong Device, ulong Inode, uint Process, uint Pad)
{
    const int PathOnly = 0x200000, CloseOnExec = 0x80000, EmptyPath = 0x1000;
    const uint InodeMask = 0x100;
    const int InodeAt = 32, DeviceMajorAt = 136, DeviceMinorAt = 140, KernelMinorBits = 20;

    /// <summary>The innermost pid namespace of a process.</summary>
    /// <exception cref="KernelRefusalException">It may not be looked at.</exception>
    public static unsafe PidNamespace Of(LinuxProcess process)
    {
        ArgumentNullException.ThrowIfNull(process);
        var path = string.Create(CultureInfo.InvariantCulture, $"/proc/{process.Pid}/ns/pid");
        var descriptor = Libc.Open(path, PathOnly | CloseOnExec);
        if (descriptor < 0)
            throw KernelRefusals.Explain($"look at {path}", Marshal.GetLastPInvokeError());
        using var handle = new SafeFileHandle(descriptor, ownsHandle: true);
        var status = stackalloc byte[256];
        if (Libc.Statx(handle, "", EmptyPath, InodeMask, status) != 0)
            throw KernelRefusals.Explain($"look at {path}", Marshal.GetLastPInvokeError());
        var device = ((ulong)*(uint*)(status + DeviceMajorAt) << KernelMinorBits) | *(uint*)(status + DeviceMinorAt);
        return new PidNamespace(device, *(ulong*)(status + InodeAt), (uint)process.InnermostPid, 0);
    }
}
