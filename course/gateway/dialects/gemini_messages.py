"""The messages that Gemini's endpoints take: fields and their types.

(https://ai.google.dev/api/generate-content and https://ai.google.dev/api/embeddings, read 2026-11-26.) A field
of type `VALUE` is accepted and not looked into.
"""

from __future__ import annotations

from .proto_json import BOOL, BYTES, FLOAT, INT32, INT64, STRING, STRUCT, VALUE, Either, Enum, Map, Message, Repeated

SCHEMA_TYPE = Enum("Type", ("TYPE_UNSPECIFIED", "STRING", "NUMBER", "INTEGER", "BOOLEAN", "ARRAY", "OBJECT", "NULL"))
FUNCTION_CALLING_MODE = Enum("FunctionCallingConfig.Mode", ("MODE_UNSPECIFIED", "AUTO", "ANY", "NONE", "VALIDATED"))
THINKING_LEVEL = Enum(
    "ThinkingConfig.ThinkingLevel", ("THINKING_LEVEL_UNSPECIFIED", "LOW", "HIGH", "MEDIUM", "MINIMAL", "XHIGH")
)
MODALITY = Enum("GenerationConfig.Modality", ("MODALITY_UNSPECIFIED", "TEXT", "IMAGE", "AUDIO", "VIDEO"))
MEDIA_RESOLUTION = Enum(
    "GenerationConfig.MediaResolution",
    (
        "MEDIA_RESOLUTION_UNSPECIFIED",
        "MEDIA_RESOLUTION_LOW",
        "MEDIA_RESOLUTION_MEDIUM",
        "MEDIA_RESOLUTION_HIGH",
    ),
)
SERVICE_TIER = Enum("ServiceTier", ("UNSPECIFIED", "STANDARD", "FLEX", "PRIORITY"))
HARM_CATEGORY = Enum(
    "HarmCategory",
    (
        "HARM_CATEGORY_UNSPECIFIED",
        "HARM_CATEGORY_DEROGATORY",
        "HARM_CATEGORY_TOXICITY",
        "HARM_CATEGORY_VIOLENCE",
        "HARM_CATEGORY_SEXUAL",
        "HARM_CATEGORY_MEDICAL",
        "HARM_CATEGORY_DANGEROUS",
        "HARM_CATEGORY_HARASSMENT",
        "HARM_CATEGORY_HATE_SPEECH",
        "HARM_CATEGORY_SEXUALLY_EXPLICIT",
        "HARM_CATEGORY_DANGEROUS_CONTENT",
        "HARM_CATEGORY_CIVIC_INTEGRITY",
    ),
)
HARM_BLOCK_THRESHOLD = Enum(
    "SafetySetting.HarmBlockThreshold",
    (
        "HARM_BLOCK_THRESHOLD_UNSPECIFIED",
        "BLOCK_LOW_AND_ABOVE",
        "BLOCK_MEDIUM_AND_ABOVE",
        "BLOCK_ONLY_HIGH",
        "BLOCK_NONE",
        "OFF",
    ),
)
TASK_TYPE = Enum(
    "TaskType",
    (
        "TASK_TYPE_UNSPECIFIED",
        "RETRIEVAL_QUERY",
        "RETRIEVAL_DOCUMENT",
        "SEMANTIC_SIMILARITY",
        "CLASSIFICATION",
        "CLUSTERING",
        "QUESTION_ANSWERING",
        "FACT_VERIFICATION",
        "CODE_RETRIEVAL_QUERY",
    ),
)

SCHEMA = Message(
    "Schema",
    type=SCHEMA_TYPE,
    format=STRING,
    title=STRING,
    description=STRING,
    nullable=BOOL,
    enum=Repeated(STRING),
    required=Repeated(STRING),
    property_ordering=Repeated(STRING),
    max_items=INT64,
    min_items=INT64,
    max_properties=INT64,
    min_properties=INT64,
    max_length=INT64,
    min_length=INT64,
    pattern=STRING,
    minimum=FLOAT,
    maximum=FLOAT,
    example=VALUE,
    default=VALUE,
    ref=STRING,
)
SCHEMA.add(
    additional_properties=Either(SCHEMA, BOOL),
    items=SCHEMA,
    prefix_items=Repeated(SCHEMA),
    any_of=Repeated(SCHEMA),
    properties=Map(SCHEMA),
    defs=Map(SCHEMA),
)

BLOB = Message("Blob", mime_type=STRING, data=BYTES, display_name=STRING)
FILE_DATA = Message("FileData", mime_type=STRING, file_uri=STRING, display_name=STRING)
FUNCTION_CALL = Message("FunctionCall", id=STRING, name=STRING, args=STRUCT)
FUNCTION_RESPONSE = Message(
    "FunctionResponse",
    id=STRING,
    name=STRING,
    response=STRUCT,
    parts=Repeated(VALUE),
    will_continue=BOOL,
    scheduling=VALUE,
)
PART = Message(
    "Part",
    text=STRING,
    inline_data=BLOB,
    file_data=FILE_DATA,
    function_call=FUNCTION_CALL,
    function_response=FUNCTION_RESPONSE,
    executable_code=VALUE,
    code_execution_result=VALUE,
    tool_call=VALUE,
    tool_response=VALUE,
    thought=BOOL,
    thought_signature=BYTES,
    part_metadata=STRUCT,
    video_metadata=VALUE,
    media_resolution=VALUE,
    media_processing=VALUE,
    audio_transcription=VALUE,
    audio_metadata=VALUE,
    speech_metadata=VALUE,
    document_metadata=VALUE,
    spreadsheet_metadata=VALUE,
)
CONTENT = Message("Content", role=STRING, parts=Repeated(PART))

FUNCTION_DECLARATION = Message(
    "FunctionDeclaration",
    name=STRING,
    description=STRING,
    behavior=VALUE,
    parameters=SCHEMA,
    parameters_json_schema=VALUE,
    response=SCHEMA,
    response_json_schema=VALUE,
)
HOSTED_TOOLS = dict.fromkeys(
    (
        "google_search",
        "google_search_retrieval",
        "code_execution",
        "url_context",
        "computer_use",
        "file_search",
        "google_maps",
    ),
    STRUCT,
)
TOOL = Message(
    "Tool",
    function_declarations=Repeated(FUNCTION_DECLARATION),
    **HOSTED_TOOLS,
)
TOOL_CONFIG = Message(
    "ToolConfig",
    function_calling_config=Message(
        "FunctionCallingConfig", mode=FUNCTION_CALLING_MODE, allowed_function_names=Repeated(STRING)
    ),
    retrieval_config=VALUE,
    include_server_side_tool_invocations=BOOL,
)
GENERATION_CONFIG = Message(
    "GenerationConfig",
    stop_sequences=Repeated(STRING),
    response_mime_type=STRING,
    response_schema=SCHEMA,
    response_json_schema=VALUE,
    response_modalities=Repeated(MODALITY),
    candidate_count=INT32,
    max_output_tokens=INT32,
    temperature=FLOAT,
    top_p=FLOAT,
    top_k=FLOAT,
    seed=INT32,
    presence_penalty=FLOAT,
    frequency_penalty=FLOAT,
    response_logprobs=BOOL,
    logprobs=INT32,
    enable_enhanced_civic_answers=BOOL,
    speech_config=VALUE,
    image_config=VALUE,
    audio_transcription_config=VALUE,
    media_resolution=MEDIA_RESOLUTION,
    thinking_config=Message(
        "ThinkingConfig", include_thoughts=BOOL, thinking_budget=INT32, thinking_level=THINKING_LEVEL
    ),
)
GENERATE_CONTENT = Message(
    "GenerateContentRequest",
    model=STRING,
    contents=Repeated(CONTENT),
    system_instruction=CONTENT,
    tools=Repeated(TOOL),
    tool_config=TOOL_CONFIG,
    safety_settings=Repeated(Message("SafetySetting", category=HARM_CATEGORY, threshold=HARM_BLOCK_THRESHOLD)),
    generation_config=GENERATION_CONFIG,
    cached_content=STRING,
    continuation_token=STRING,
    labels=Map(STRING),
    service_tier=SERVICE_TIER,
    store=BOOL,
)
COUNT_TOKENS = Message(
    "CountTokensRequest",
    model=STRING,
    contents=Repeated(CONTENT),
    generate_content_request=GENERATE_CONTENT,
)
EMBED_CONTENT = Message(
    "EmbedContentRequest",
    model=STRING,
    content=CONTENT,
    task_type=TASK_TYPE,
    title=STRING,
    output_dimensionality=INT32,
)
BATCH_EMBED_CONTENTS = Message("BatchEmbedContentsRequest", model=STRING, requests=Repeated(EMBED_CONTENT))
