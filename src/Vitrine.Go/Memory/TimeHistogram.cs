using Vitrine.Go.Binary;
using Vitrine.Instruments;

namespace Vitrine.Go.Memory;

/// <summary>
/// <c>runtime.timeHistogram</c>: 40 powers of two from 0 to 2^48 ns, four buckets each, and the counts below and above. The same from Go 1.21 on; Go 1.19 has another form, which is not read.
/// Source: https://github.com/golang/go/blob/go1.21.0/src/runtime/histogram.go, https://github.com/golang/go/blob/go1.26.0/src/runtime/histogram.go.
/// </summary>
static class TimeHistogram
{
    const int FirstBit = 9, LastBit = 48, PerPowerBits = 2, PerPower = 1 << PerPowerBits;

    const int Buckets = (LastBit - FirstBit + 1) * PerPower;

    /// <summary>The counts, then the count below 0, then the count above all.</summary>
    const int Bytes = (Buckets + 2) * sizeof(ulong);

    static readonly double[] s_bounds = MakeBounds();

    /// <summary>Takes a histogram out of the struct that holds it.</summary>
    public static Known<RuntimeHistogram> Of(Known<StructImage> owner, string name, string path)
    {
        if (!owner.TryGet(out StructImage? image))
            return Known<RuntimeHistogram>.Unknown(owner.Reason);
        if (!image.Layout.TryGetField(path, out StructField field))
            return Known<RuntimeHistogram>.Unknown($"struct {image.Layout.Name} has no field {path} in this Go version");
        if (field.Size != Bytes)
            return Known<RuntimeHistogram>.Unknown($"{name}.{path} has a form that is not known ({field.Size} bytes)");

        // runtime/metrics puts what is below 0 first and what is above all last.
        var counts = new ulong[Buckets + 2];
        for (var i = 0; i < Buckets + 2; i++)
        {
            if (!image.TryGetUInt64At(field.Offset + i * sizeof(ulong), out ulong count))
                return Known<RuntimeHistogram>.Unknown($"{name}.{path} lies outside its struct");
            counts[i switch { Buckets => 0, Buckets + 1 => Buckets + 1, _ => i + 1 }] = count;
        }
        return Known<RuntimeHistogram>.Of(new RuntimeHistogram(counts, s_bounds), Provenance.Read($"{name}.{path}"));
    }

    static double[] MakeBounds()
    {
        var bounds = new double[Buckets + 3];
        bounds[0] = double.NegativeInfinity;
        for (var part = 0; part < PerPower; part++)
            bounds[part + 1] = Seconds((ulong)part << (FirstBit - 1 - PerPowerBits));
        for (var bit = FirstBit; bit < LastBit; bit++)
        {
            for (var part = 0; part < PerPower; part++)
                bounds[(bit - FirstBit + 1) * PerPower + part + 1] = Seconds(1UL << (bit - 1) | (ulong)part << (bit - 1 - PerPowerBits));
        }
        bounds[^2] = Seconds(1UL << (LastBit - 1));
        bounds[^1] = double.PositiveInfinity;
        return bounds;
    }

    static double Seconds(ulong nanoseconds) => nanoseconds / 1e9;
}
