using System.Reflection;

namespace Vitrine.DotNet.Stacks;

/// <summary>
/// Methods by the name that the programmer wrote. The compiler turns an async method into a class <c>&lt;Answer&gt;d__3</c> with a method MoveNext, a lambda into <c>&lt;Main&gt;b__0_1</c> in <c>&lt;&gt;c</c>, a local
/// function into <c>&lt;Main&gt;g__Parse|0_2</c>: here they are <c>Service.Answer</c>, <c>Program.Main.lambda2</c> and <c>Program.Main.Parse</c> again. What does not look like one of these is left as it is.
/// </summary>
/// <remarks>The patterns are Roslyn's (https://github.com/dotnet/roslyn/blob/main/src/Compilers/CSharp/Portable/Symbols/Synthesized/GeneratedNames.cs); other compilers' names pass through.</remarks>
static class MethodNames
{
    /// <summary>The readable name: namespace, types and method, with a dot in between.</summary>
    public static string Readable(MethodBase method) => method.DeclaringType is { } type ? Readable(PathOf(type), method.Name) : method.Name;

    /// <summary>The readable name of a method that is only known by its names.</summary>
    public static string Readable(TypePath type, string method)
    {
        var parts = type.Parts.Count;
        // A state machine: the method is the one that the class is named after, in the class around it.
        if (method == "MoveNext" && parts > 1 && IsGenerated(type.Parts[parts - 1].Name) && Inner(type.Parts[parts - 1].Name) is { } original)
        {
            method = original;
            parts--;
        }
        // Closures hold a method's lambdas and are no class that anybody wrote.
        while (parts > 1 && IsClosure(type.Parts[parts - 1].Name))
            parts--;
        return $"{type.Readable(parts)}.{Written(method)}";
    }

    /// <summary>The name as the compiler made it, which the runtime's tools show.</summary>
    public static string Raw(MethodBase method) => method.DeclaringType is { } type ? $"{PathOf(type).Raw}.{method.Name}" : method.Name;

    /// <summary>A method's name without what the compiler put around it: lambdas and local functions come after the method that they stand in.</summary>
    static string Written(string name)
    {
        if (!IsGenerated(name) || Inner(name) is not { } inner) return name;
        var rest = name[(inner.Length + 2)..];
        var method = Written(inner);
        if (rest == "$") return method;
        if (rest.StartsWith("b__", StringComparison.Ordinal) && Ordinal(rest) is { } lambda) return $"{method}.lambda{lambda + 1}";
        if (rest.StartsWith("g__", StringComparison.Ordinal) && rest.IndexOf('|') is > 3 and var bar) return $"{method}.{rest[3..bar]}";
        return name;
    }

    // The last number of b__0_1 or b__1.
    static long? Ordinal(string rest) => long.TryParse(rest[(rest.LastIndexOf('_') + 1)..], out var ordinal) && ordinal < int.MaxValue ? ordinal : null;

    static bool IsGenerated(string name) => name.Length > 2 && name[0] == '<' && name[1] != '>';

    static bool IsClosure(string name) => name.StartsWith("<>c", StringComparison.Ordinal);

    /// <summary>What stands in the outermost angle brackets of <c>&lt;&lt;Main&gt;b__0_0&gt;d</c>; null when they do not match.</summary>
    static string? Inner(string name)
    {
        var depth = 0;
        for (var i = 0; i < name.Length; i++)
        {
            if (name[i] == '<') depth++;
            else if (name[i] == '>' && --depth == 0) return name[1..i];
        }
        return null;
    }

    /// <summary>A type with its namespace, the types around it, and the names of its own type parameters.</summary>
    public static string OfType(Type type)
    {
        var path = PathOf(type);
        return path.Readable(path.Parts.Count);
    }

    static TypePath PathOf(Type type)
    {
        var parts = new List<TypePart>();
        for (var one = type; one is not null; one = one.DeclaringType)
        {
            if (one.IsGenericType && !one.IsGenericTypeDefinition) one = one.GetGenericTypeDefinition();
            parts.Add(new(one.Name, [.. one.GetGenericArguments().Select(static parameter => parameter.Name)]));
        }
        parts.Reverse();
        return new(type.Namespace ?? "", parts);
    }
}
