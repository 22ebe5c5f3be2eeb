namespace Vitrine.Instruments;

/// <summary>The instrument has nothing to show for this target: the profile is switched off in the process, or its facts cannot be known.</summary>
/// <param name="message">What is missing and why.</param>
/// <param name="advice">What to do or look at instead; empty when there is nothing.</param>
public sealed class InstrumentUnavailableException(string message, string advice = "") : Exception(message)
{
    /// <summary>What to do or look at instead.</summary>
    public string Advice { get; } = advice;
}
