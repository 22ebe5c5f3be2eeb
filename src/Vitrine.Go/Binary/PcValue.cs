namespace Vitrine.Go.Binary;

/// <summary>
/// Decodes pc-value tables: pairs of variable-length numbers (value delta in zigzag form, pc delta in instruction quanta).
/// Format: https://github.com/golang/go/blob/go1.26.0/src/runtime/symtab.go (pcvalue, step).
/// </summary>
static class PcValue
{
    /// <summary>Value at <paramref name="target"/> (bytes from the function's entry), or -1 when the table does not cover it.</summary>
    /// <param name="table">The bytes from the start of the table on.</param>
    /// <param name="target">Bytes from the entry of the function.</param>
    /// <param name="quantum">Bytes of one instruction quantum.</param>
    public static int Find(ReadOnlySpan<byte> table, ulong target, int quantum)
    {
        ulong pc = 0;
        var value = -1;
        var at = 0;
        for (var step = 0; step < GoBinaryLimits.MaxPcValueSteps; step++)
        {
            if (!TryVarint(table, ref at, out var delta) || (delta == 0 && step > 0))
                return -1;
            if (!TryVarint(table, ref at, out var advance))
                return -1;
            value = unchecked(value + (int)((uint)-(int)(delta & 1) ^ (delta >> 1)));
            pc += (ulong)advance * (uint)quantum;
            if (target < pc)
                return value;
        }
        return -1;
    }

    static bool TryVarint(ReadOnlySpan<byte> table, ref int at, out uint value)
    {
        value = 0;
        for (var shift = 0; shift < 35; shift += 7)
        {
            if ((uint)at >= (uint)table.Length)
                return false;
            var b = table[at++];
            value |= (uint)(b & 0x7f) << shift;
            if ((b & 0x80) == 0)
                return true;
        }
        return false;
    }
}
