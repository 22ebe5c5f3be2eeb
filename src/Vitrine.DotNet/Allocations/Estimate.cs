namespace Vitrine.DotNet.Allocations;

/// <summary>Objects and bytes estimated from samples, with the variance of each estimate.</summary>
/// <param name="Objects">How many objects.</param>
/// <param name="Bytes">How many bytes.</param>
/// <param name="ObjectsVariance">Variance of <paramref name="Objects"/>.</param>
/// <param name="BytesVariance">Variance of <paramref name="Bytes"/>.</param>
readonly record struct Estimate(double Objects, double Bytes, double ObjectsVariance, double BytesVariance)
{
    public static Estimate operator +(Estimate one, Estimate other) =>
        new(one.Objects + other.Objects, one.Bytes + other.Bytes, one.ObjectsVariance + other.ObjectsVariance, one.BytesVariance + other.BytesVariance);

    /// <summary>Standard error of the bytes as a share of them; 0 when there are none.</summary>
    public double RelativeError => Bytes > 0 ? Math.Sqrt(BytesVariance) / Bytes : 0;
}
