namespace Vitrine.Pprof;

/// <summary>What a string of a profile is: a rewriter decides by it.</summary>
public enum ProfileStringKind
{
    /// <summary>A function's name.</summary>
    FunctionName,
    /// <summary>A function's linker name.</summary>
    SystemName,
    /// <summary>A source file's path.</summary>
    SourceFile,
    /// <summary>The path of a mapped binary.</summary>
    MappingFile,
    /// <summary>The build id of a mapped binary.</summary>
    BuildId,
    /// <summary>The key of a label.</summary>
    LabelKey,
    /// <summary>The text of a label; <see cref="ProfileString.LabelKey"/> names the key.</summary>
    LabelText,
    /// <summary>The unit of a numeric label; <see cref="ProfileString.LabelKey"/> names the key.</summary>
    LabelUnit,
    /// <summary>The name of a sample type or of the period type, or the default sample type. Changing it changes what viewers understand.</summary>
    TypeName,
    /// <summary>The unit of a sample type or of the period type.</summary>
    TypeUnit,
    /// <summary>A comment.</summary>
    Comment,
    /// <summary>The pattern of frames to drop or to keep.</summary>
    FramePattern,
    /// <summary>The documentation URL.</summary>
    DocUrl,
}
