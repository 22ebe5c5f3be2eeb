namespace Vitrine.Guard.Switches;

/// <summary>How a switch stands, and who says so.</summary>
public sealed record SwitchState
{
    /// <summary>The instrument or page, or <c>all</c>, or <c>default</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Whether it may be looked at. While <c>all</c> is off nothing may, whatever stands here.</summary>
    public required bool IsOn { get; init; }

    /// <summary>Who says so.</summary>
    public required SwitchSource Source { get; init; }

    /// <summary>By name, where the source is a person or a file that names one.</summary>
    public string? By { get; init; }

    /// <summary>Why, where that was said.</summary>
    public string? Reason { get; init; }

    /// <summary>Since when; null for what was so at the start.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>When this word ends, and the next weaker one holds again.</summary>
    public DateTimeOffset? Until { get; init; }
}
