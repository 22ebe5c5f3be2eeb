using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Vitrine.Linux.Native;

/// <summary>Which file, in which state: statx of an open file, so that it holds for what is read from it.</summary>
/// <param name="Device">As /proc/PID/maps writes it ("fd:01").</param>
/// <param name="Inode">Its number there.</param>
/// <param name="Length">Bytes.</param>
/// <param name="ChangedSeconds">When the kernel last saw it change, seconds since 1970; unlike the time of the last write it cannot be set.</param>
/// <param name="ChangedNanoseconds">The rest of that.</param>
readonly record struct FileIdentity(string Device, ulong Inode, ulong Length, long ChangedSeconds, uint ChangedNanoseconds)
{
    /// <summary>Asks the kernel.</summary>
    /// <exception cref="IOException">It does not say.</exception>
    public static unsafe FileIdentity Of(SafeFileHandle file)
    {
        // struct statx: https://man7.org/linux/man-pages/man2/statx.2.html
        const int emptyPath = 0x1000, inodeAt = 32, sizeAt = 40, changedAt = 96, majorAt = 136, minorAt = 140;
        const uint basic = 0x7ff;
        var status = stackalloc byte[256];
        if (Libc.Statx(file, "", emptyPath, basic, status) != 0)
            throw new IOException($"The state of a file cannot be read ({Files.Describe(Marshal.GetLastPInvokeError())}).");
        var device = string.Create(CultureInfo.InvariantCulture, $"{*(uint*)(status + majorAt):x2}:{*(uint*)(status + minorAt):x2}");
        return new(device, *(ulong*)(status + inodeAt), *(ulong*)(status + sizeAt), *(long*)(status + changedAt), *(uint*)(status + changedAt + 8));
    }

    /// <summary>
    /// True when a mapping is certainly of another file: another inode of the same device. Nothing can be said across devices, since overlay file systems and btrfs give another one in maps than
    /// in statx.
    /// </summary>
    /// <param name="device">Device of the mapping, from /proc/PID/maps.</param>
    /// <param name="inode">Inode of the mapping.</param>
    public bool IsAnother(string device, ulong inode) => device == Device && inode != Inode;
}
