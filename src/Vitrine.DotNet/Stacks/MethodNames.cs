using System.Reflection;
using System.Text;

namespace Vitrine.DotNet.Stacks;

/// <summary>
/// Methods by the name that the programmer wrote. The compiler turns an async method into a class <c>&lt;Answer&gt;d__3</c> with a method MoveNext, a lambda into <c>&lt;Main&gt;b__0_1</c> in <c>&lt;&gt;c</c>, a local
/// function into <c>&lt;Main&gt;g__Parse|0_2</c>: here they are <c>Service.Answer</c>, <c>Program.Main.lambda2</c> and <c>Program.Main.Parse</c> again. What does not look like one of these is left as it is.
/// </summary>
/// <remarks>The patterns are Roslyn's (https://github.com/dotnet/roslyn/blob/main/src/Compilers/CSharp/Portable/Symbols/Synthesized/GeneratedNames.cs); other compilers' names pass through.</remarks>
static class MethodNames
{
    /// <summary>The readable name: namespace, types and method, with a dot in between.</summary>
    public static string Readable(MethodBase method)
    {
        var type = method.DeclaringType;
        if (type is null) return method.Name;
        var name = method.Name;
        // A state machine: the method is the one that the class is named after, in the class around it.
        if (name == "MoveNext" && IsGenerated(type.Name) && Inner(type.Name) is { } original && type.DeclaringType is { } outer)
            return Join(outer, original);
        return Join(type, name);
    }

    /// <summary>The name as the compiler made it, which the runtime's tools show.</summary>
    public static string Raw(MethodBase method) => method.DeclaringType is { } type ? $"{type.FullName ?? type.Name}.{method.Name}" : method.Name;

    static string Join(Type type, string method)
    {
        // Closures hold a method's lambdas and are no class that anybody wrote.
        while (IsClosure(type.Name) && type.DeclaringType is { } outer)
            type = outer;
        return $"{OfType(type)}.{Written(method)}";
    }

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
        if (type.IsGenericType && !type.IsGenericTypeDefinition) type = type.GetGenericTypeDefinition();
        var text = new StringBuilder();
        if (type.DeclaringType is { } outer) text.Append(OfType(outer)).Append('.');
        else if (!string.IsNullOrEmpty(type.Namespace)) text.Append(type.Namespace).Append('.');
        var name = type.Name;
        var tick = name.LastIndexOf('`');
        if (tick < 0 || !int.TryParse(name[(tick + 1)..], out var own)) return text.Append(name).ToString();
        text.Append(name, 0, tick);
        // Parameters of the types around come first; only the last are its own.
        var all = type.GetGenericArguments();
        return own <= all.Length && own > 0
            ? text.Append('<').AppendJoin(", ", all[^own..].Select(static one => one.Name)).Append('>').ToString()
            : text.ToString();
    }
}
