namespace Vitrine.Linux.Processes;

/// <summary>One line of /proc/PID/maps.</summary>
/// <param name="Start">First address.</param>
/// <param name="End">The address behind the last one.</param>
/// <param name="Permissions">What the mapping allows.</param>
/// <param name="Offset">Offset in the mapped file, in bytes.</param>
/// <param name="DeviceMajorMinor">Device of the mapped file, as the kernel prints it ("fd:01"); "00:00" without a file.</param>
/// <param name="Inode">Inode of the mapped file, 0 without one.</param>
/// <param name="Path">Path of the file in the target's mount namespace, "[heap]", "[stack]", "[anon: Go: heap]" …, or empty. Untrusted text: octal escapes are
/// decoded, " (deleted)" is kept.</param>
public sealed record MemoryMap(ulong Start, ulong End, MapPermissions Permissions, ulong Offset, string DeviceMajorMinor, ulong Inode, string Path)
{
    /// <summary>True when <paramref name="address"/> lies in the mapping.</summary>
    public bool Contains(ulong address) => address >= Start && address < End;
}
