using System.Globalization;
using System.Text;

namespace Vitrine.Go.Probes.Btf;

/// <summary>
/// Names of Go as names of C: <c>net/http.Request</c> → <c>go_net_http_Request</c>. Every character that C does not know becomes an underscore; when that makes
/// two names the same, the later one gets a number.
/// </summary>
sealed class BtfNames
{
    /// <summary>Characters of a name; the kernel takes no more than 511. Names of generic instances can be longer.</summary>
    const int MaxLength = 480;

    /// <summary>Words that Go allows as a name and a C compiler does not: keywords of C and GNU C, and what GNU C defines on Linux.</summary>
    static readonly HashSet<string> Reserved = new(StringComparer.Ordinal)
    {
        "auto", "char", "do", "double", "enum", "extern", "float", "inline", "int", "long", "register", "restrict", "short", "signed", "sizeof", "static", "typedef",
        "union", "unsigned", "void", "volatile", "while", "asm", "typeof", "bool", "true", "false", "nullptr", "alignas", "alignof", "constexpr", "static_assert", "thread_local",
        "_Alignas", "_Alignof", "_Atomic", "_Bool", "_Complex", "_Generic", "_Imaginary", "_Noreturn", "_Static_assert", "_Thread_local", "linux", "unix",
    };

    readonly Dictionary<string, int> used = new(StringComparer.Ordinal);

    /// <summary>The name of a type.</summary>
    public string Type(string goName) => Unique(Identifier("go_", goName));

    /// <summary>The name of a member; a word that C reserves gets an underscore behind it.</summary>
    public string Member(string goName) => Identifier("", goName) is var name && Reserved.Contains(name) ? Unique(name + "_") : Unique(name);

    static string Identifier(string prefix, string goName)
    {
        var text = new StringBuilder(prefix, prefix.Length + Math.Min(goName.Length, MaxLength));
        foreach (var rune in goName.EnumerateRunes())
        {
            if (text.Length >= MaxLength)
                break;
            text.Append(rune.IsAscii && (char.IsAsciiLetterOrDigit((char)rune.Value) || rune.Value == '_') ? (char)rune.Value : '_');
        }
        if (text.Length == 0 || char.IsAsciiDigit(text[0]))
            text.Insert(0, '_');
        return WithoutFlavours(text.ToString());
    }

    /// <summary>libbpf takes three underscores in the middle of a type's name for the start of a comment (struct name___flavour), which would make two types one.</summary>
    static string WithoutFlavours(string name)
    {
        var at = name.IndexOf("___", StringComparison.Ordinal);
        if (at < 0)
            return name;
        var text = new StringBuilder(name.Length);
        for (int i = 0, run; i < name.Length; i += run)
        {
            for (run = 1; name[i] == '_' && i + run < name.Length && name[i + run] == '_'; run++)
            {
            }
            text.Append(name[i], run == 3 ? 2 : run);
        }
        return text.ToString();
    }

    string Unique(string name)
    {
        if (used.TryAdd(name, 1))
            return name;
        string numbered;
        do
        {
            used[name]++;
            numbered = string.Create(CultureInfo.InvariantCulture, $"{name}_{used[name]}");
        }
        while (!used.TryAdd(numbered, 1));
        return numbered;
    }
}
