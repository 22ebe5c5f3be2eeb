namespace Vitrine.Instruments;

/// <summary>What was asked for cannot be asked of an instrument: a pattern that is none, more of something than it takes. Other options help, another target would not.</summary>
/// <param name="message">What is wrong with it.</param>
/// <param name="advice">What to write instead; empty when the message says it.</param>
public sealed class InvalidOptionException(string message, string advice = "") : Exception(message)
{
    /// <summary>What to write instead.</summary>
    public string Advice { get; } = advice;
}
