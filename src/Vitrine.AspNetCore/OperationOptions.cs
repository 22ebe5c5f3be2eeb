namespace Vitrine.AspNetCore;

/// <summary>What requests carry with them.</summary>
public sealed class OperationOptions
{
    /// <summary>Whether each request gets a <see cref="Operations.LogicalOperation"/>, in log scopes and on its Activity.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Whether samples of profiles are labelled with the request's method and route pattern (never the path).</summary>
    public bool ProfileLabels { get; set; } = true;
}
