using System.Text;

namespace Vitrine.DotNet.Stacks;

/// <summary>A type, and the types that it stands in.</summary>
/// <param name="Namespace">The namespace; empty for none.</param>
/// <param name="Parts">Outermost type first.</param>
sealed record TypePath(string Namespace, IReadOnlyList<TypePart> Parts)
{
    /// <summary>With a dot in between, and the names of the type parameters: <c>System.Collections.Generic.Dictionary&lt;TKey, TValue&gt;.KeyCollection</c>.</summary>
    public string Readable(int parts)
    {
        var text = new StringBuilder(Namespace);
        foreach (var part in Parts.Take(parts))
        {
            if (text.Length > 0) text.Append('.');
            part.AppendTo(text);
        }
        return text.ToString();
    }

    /// <summary>As the runtime writes it: <c>System.Collections.Generic.Dictionary`2+KeyCollection</c>.</summary>
    public string Raw
    {
        get
        {
            var name = string.Join('+', Parts.Select(static part => part.Name));
            return Namespace.Length > 0 ? $"{Namespace}.{name}" : name;
        }
    }
}

/// <summary>One type of a path.</summary>
/// <param name="Name">Its name with the number of its own type parameters: <c>Dictionary`2</c>.</param>
/// <param name="Parameters">Names of its type parameters, those of the types around it first; null when they are not known.</param>
readonly record struct TypePart(string Name, IReadOnlyList<string>? Parameters)
{
    public void AppendTo(StringBuilder text)
    {
        var tick = Name.LastIndexOf('`');
        if (tick < 0 || !int.TryParse(Name.AsSpan(tick + 1), out var own) || own is <= 0 or > 100)
        {
            text.Append(Name);
            return;
        }
        text.Append(Name, 0, tick);
        // Parameters of the types around come first; only the last are its own.
        if (Parameters is null) text.Append('<').Append(',', own - 1).Append('>');
        else if (own <= Parameters.Count) text.Append('<').AppendJoin(", ", Parameters.Skip(Parameters.Count - own)).Append('>');
    }
}
