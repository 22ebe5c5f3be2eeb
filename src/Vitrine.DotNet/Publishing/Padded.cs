using System.Runtime.InteropServices;

namespace Vitrine.DotNet.Publishing;

/// <summary>A word with nobody else's words in its cache lines: two lines of 64 bytes on either side, since processors fetch them in pairs.</summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
struct Padded
{
    [FieldOffset(128)]
    public long Value;
}
