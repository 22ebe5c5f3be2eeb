namespace Vitrine.DotNet.Cpu;

/// <summary>What is known of a recording beside its samples.</summary>
sealed record CpuFacts
{
    public required CpuBackend Backend { get; init; }

    public required DateTimeOffset CapturedAt { get; init; }

    public required ProcessClock Begun { get; init; }

    public required ProcessClock Ended { get; init; }

    /// <summary>Processor time that one sample stands for.</summary>
    public required TimeSpan Period { get; init; }

    public required int RateHz { get; init; }

    /// <summary>Processor time of each thread before and after, in nanoseconds; empty where the system does not say.</summary>
    public required Dictionary<int, long> ClocksBefore { get; init; }

    public required Dictionary<int, long> ClocksAfter { get; init; }

    public required Dictionary<int, string> ThreadNames { get; init; }

    /// <summary>Whether samples in the kernel are among them.</summary>
    public required bool SeesKernel { get; init; }

    /// <summary>What a thread's processor time is multiplied by; 1 for a thread that is not in it.</summary>
    public Dictionary<int, double> Scales { get; init; } = [];

    /// <summary>Samples that were taken and are not in the profile.</summary>
    public required long Lost { get; init; }

    /// <summary>Processor time that Vitrine took while it recorded.</summary>
    public required TimeSpan OwnTime { get; init; }

    /// <summary>Processor time of the calling thread when the recording was over and understanding it began.</summary>
    public required TimeSpan UnderstandingFrom { get; init; }

    /// <summary>What else the reader has to know.</summary>
    public required List<string> Notes { get; init; }
}
