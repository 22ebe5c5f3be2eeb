namespace Vitrine.Guard.Policy;

/// <summary>One permission that a look needs, made once for each instrument and kept.</summary>
/// <param name="Text">Such as <c>pprof:read:heap</c>.</param>
/// <param name="Star">The one that covers it: <c>pprof:read:*</c>.</param>
public readonly record struct Permission(string Text, string Star)
{
    /// <summary>The permission to do <paramref name="action"/> to <paramref name="name"/>.</summary>
    public static Permission Of(string area, string action, string name) => new($"{area}:{action}:{name}", $"{area}:{action}:*");
}
