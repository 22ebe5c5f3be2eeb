namespace Vitrine.Doors.Looks;

/// <summary>A target that knows, after a look at it, who made the answer.</summary>
public interface IKnowsSource
{
    /// <summary>Who made the answer, one word: <c>outside</c>, <c>forwarded</c>; empty when nobody did.</summary>
    string Source { get; }
}
