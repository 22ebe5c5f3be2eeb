using System.Buffers.Text;

namespace Vitrine.DotNet.Runtime;

/// <summary>The text of <c>/proc/PID/statm</c>: numbers of pages between spaces.</summary>
static class StatmText
{
    /// <summary>The first three numbers.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out long size, out long resident, out long shared)
    {
        resident = shared = 0;
        return TryTake(ref text, out size) && TryTake(ref text, out resident) && TryTake(ref text, out shared);
    }

    static bool TryTake(ref ReadOnlySpan<byte> text, out long value)
    {
        // Above 2^50 pages a product with the page size could overflow; no machine has that many.
        if (!Utf8Parser.TryParse(text, out value, out var used) || value is < 0 or > 1L << 50) return false;
        text = text[used..].TrimStart((byte)' ');
        return true;
    }
}
