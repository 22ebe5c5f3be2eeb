using Vitrine.DotNet.Stacks;

namespace Vitrine.DotNet.Methods;

/// <summary>Types by the names that the runtime's events have: <c>Shop.Basket`1+Item[System.__Canon]</c>.</summary>
static class EventNames
{
    /// <summary>The same without type arguments. Names of type parameters are not in it.</summary>
    public static TypePath Parse(string type)
    {
        // Compilers put brackets only around type arguments, which come last.
        var arguments = type.IndexOf('[', StringComparison.Ordinal);
        if (arguments > 0) type = type[..arguments];
        var parts = type.Split('+');
        // A dot within angle brackets belongs to the name of a generated type.
        var generated = parts[0].IndexOf('<', StringComparison.Ordinal);
        var dot = (generated < 0 ? parts[0] : parts[0][..generated]).LastIndexOf('.');
        var space = dot > 0 ? parts[0][..dot] : "";
        if (dot > 0) parts[0] = parts[0][(dot + 1)..];
        return new(space, [.. parts.Select(static part => new TypePart(part, null))]);
    }
}
