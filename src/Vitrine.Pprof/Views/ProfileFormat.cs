namespace Vitrine.Pprof.Views;

/// <summary>The forms in which a profile is stored or shown.</summary>
public enum ProfileFormat
{
    /// <summary>profile.proto, gzip-compressed: <c>.pb.gz</c>. Everything else loses something.</summary>
    Pprof,

    /// <summary>profile.proto, not compressed: <c>.pb</c>.</summary>
    PprofPlain,

    /// <summary>Folded stacks: <c>.folded</c>. One value, no labels.</summary>
    Folded,

    /// <summary>speedscope: <c>.speedscope.json</c>. All values, no labels.</summary>
    Speedscope,

    /// <summary>Flame graph as a picture: <c>.svg</c>. Cannot be read back.</summary>
    FlameGraphSvg,

    /// <summary>Flame graph as a page: <c>.html</c>. Cannot be read back.</summary>
    FlameGraphHtml,

    /// <summary>The table of functions: <c>.txt</c>. Cannot be read back.</summary>
    Text,
}
