using System.Runtime.InteropServices;

namespace Vitrine.Linux.Native;

/// <summary>struct iovec of readv(2).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct IoVec
{
    public nuint Base;
    public nuint Length;
}
