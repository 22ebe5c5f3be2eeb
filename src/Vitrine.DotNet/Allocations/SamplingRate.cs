namespace Vitrine.DotNet.Allocations;

/// <summary>
/// What one sampled object stands for. The runtime tosses a coin for every allocated byte that comes up heads once in <see cref="MeanBytes"/>, and reports an object when one of its bytes won: an object of
/// s bytes is seen with the probability 1-(1-1/mean)^s, and stands for the reciprocal of that many objects of its size.
/// </summary>
/// <remarks>
/// The estimate is unbiased whatever the mix of sizes, and its error can be computed from the samples alone (Horvitz and Thompson's estimator for independent draws):
/// a sample of probability p adds value²·(1-p)/p² to the variance. Source of the rule and of the mean: docs/design/features/RandomizedAllocationSampling.md of dotnet/runtime.
/// </remarks>
/// <param name="MeanBytes">Bytes between two samples, in the mean.</param>
readonly record struct SamplingRate(double MeanBytes)
{
    /// <summary>The mean of .NET 10, which cannot be changed.</summary>
    public const int RuntimeMeanBytes = 102_400;

    /// <summary>The rate at which the runtime samples.</summary>
    public static SamplingRate OfRuntime { get; } = new(RuntimeMeanBytes);

    /// <summary>Half as many samples: what is left when each sample is kept with <see cref="KeptFrom"/> of this rate is a sample of twice the mean.</summary>
    public SamplingRate Halved => new(MeanBytes * 2);

    /// <summary>The probability that an object of this size is seen.</summary>
    public double Probability(ulong size) => size == 0 ? 1 : -double.ExpM1(size * double.LogP1(-1 / MeanBytes));

    /// <summary>The probability with which a sample of a denser rate stays, so that the whole is a sample of this one.</summary>
    public double KeptFrom(SamplingRate denser, ulong size) => Probability(size) / denser.Probability(size);

    /// <summary>What one sampled object of this size stands for.</summary>
    public Estimate Of(ulong size)
    {
        var probability = Probability(size);
        var variance = (1 - probability) / (probability * probability);
        return new(1 / probability, size / probability, variance, variance * size * size);
    }
}
