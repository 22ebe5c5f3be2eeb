using System.Buffers;
using System.Globalization;

namespace Vitrine.AspNetCore.Metrics;

/// <summary>Writes UTF-8 and numbers to a buffer, without allocating.</summary>
ref struct PageWriter(IBufferWriter<byte> destination)
{
    public readonly void Write(ReadOnlySpan<byte> utf8) => destination.Write(utf8);

    public readonly void Write(long value)
    {
        var span = destination.GetSpan(20);
        value.TryFormat(span, out var written, default, CultureInfo.InvariantCulture);
        destination.Advance(written);
    }

    /// <summary>The shortest text that reads back as the same number; what is no number as Prometheus writes it.</summary>
    public readonly void Write(double value)
    {
        if (!double.IsFinite(value))
        {
            Write(double.IsNaN(value) ? "NaN"u8 : value > 0 ? "+Inf"u8 : "-Inf"u8);
            return;
        }
        var span = destination.GetSpan(32);
        value.TryFormat(span, out var written, default, CultureInfo.InvariantCulture);
        destination.Advance(written);
    }
}
