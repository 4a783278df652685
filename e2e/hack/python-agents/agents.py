"""Agents of Python frameworks that ask for the weather: their loops run as their users write them.

Usage: agents.py ORIGIN. Prints a line of JSON for each: its name, the cities for which its tool was called,
and its last text, or the class of what it raised.
"""

import json
import sys
from typing import Callable

import anthropic
import openai
from langchain.agents import create_agent
from langchain_anthropic import ChatAnthropic
from langchain_core.tools import tool as langchain_tool
from langchain_openai import ChatOpenAI
from pydantic_ai import Agent
from pydantic_ai.models.anthropic import AnthropicModel
from pydantic_ai.models.openai import OpenAIChatModel, OpenAIResponsesModel
from pydantic_ai.providers.anthropic import AnthropicProvider
from pydantic_ai.providers.openai import OpenAIProvider

ORIGIN = sys.argv[1]
KEY = "test-key"
PROMPT = "What is the weather in Paris?"
ASKED = [{"role": "user", "content": PROMPT}]
SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
TURNS = 4

called: list[str] = []


def get_weather(city: str) -> str:
    """The weather in a city."""
    called.append(city)
    return "sunny, 24 degrees"


def openai_client() -> openai.OpenAI:
    return openai.OpenAI(api_key=KEY, base_url=f"{ORIGIN}/v1", max_retries=0)


def openai_chat(streams: bool) -> str:
    client = openai_client()
    history: list = list(ASKED)
    function = {"name": "get_weather", "description": "The weather in a city.", "parameters": SCHEMA}
    asked = {"model": "m", "tools": [{"type": "function", "function": function}]}
    for _ in range(TURNS):
        if streams:
            with client.chat.completions.stream(messages=history, **asked) as stream:
                message = stream.get_final_completion().choices[0].message
        else:
            message = client.chat.completions.create(messages=history, **asked).choices[0].message
        if not message.tool_calls:
            return message.content or ""
        history.append(message.model_dump(exclude_none=True, exclude={"parsed"}))
        for call in message.tool_calls:
            said = get_weather(**json.loads(call.function.arguments))
            history.append({"role": "tool", "tool_call_id": call.id, "content": said})
    raise RuntimeError("the loop does not end")


def openai_responses(streams: bool) -> str:
    client = openai_client()
    history: list = list(ASKED)
    tool = {"type": "function", "name": "get_weather", "description": "The weather in a city.", "parameters": SCHEMA, "strict": False}
    asked = {"model": "m", "tools": [tool]}
    for _ in range(TURNS):
        if streams:
            with client.responses.stream(input=history, **asked) as stream:
                reply = stream.get_final_response()
        else:
            reply = client.responses.create(input=history, **asked)
        calls = [item for item in reply.output if item.type == "function_call"]
        if not calls:
            return reply.output_text
        history += [item.model_dump(exclude_none=True, exclude={"parsed_arguments"}) for item in reply.output]
        for call in calls:
            said = get_weather(**json.loads(call.arguments))
            history.append({"type": "function_call_output", "call_id": call.call_id, "output": said})
    raise RuntimeError("the loop does not end")


def anthropic_messages(streams: bool) -> str:
    client = anthropic.Anthropic(api_key=KEY, base_url=ORIGIN, max_retries=0)
    history: list = list(ASKED)
    tool = {"name": "get_weather", "description": "The weather in a city.", "input_schema": SCHEMA}
    asked = {"model": "m", "max_tokens": 200, "tools": [tool]}
    for _ in range(TURNS):
        if streams:
            with client.messages.stream(messages=history, **asked) as stream:
                reply = stream.get_final_message()
        else:
            reply = client.messages.create(messages=history, **asked)
        calls = [block for block in reply.content if block.type == "tool_use"]
        if not calls:
            return "".join(block.text for block in reply.content if block.type == "text")
        history.append({"role": "assistant", "content": [block.model_dump(exclude_none=True) for block in reply.content]})
        results = [{"type": "tool_result", "tool_use_id": call.id, "content": get_weather(**call.input)} for call in calls]
        history.append({"role": "user", "content": results})
    raise RuntimeError("the loop does not end")


def langchain(model, streams: bool) -> str:
    agent = create_agent(model, tools=[langchain_tool(get_weather)])
    if not streams:
        return agent.invoke({"messages": ASKED})["messages"][-1].text
    last = ""
    for state in agent.stream({"messages": ASKED}, stream_mode="values"):
        last = state["messages"][-1].text
    return last


def langchain_openai(streams: bool) -> str:
    return langchain(ChatOpenAI(model="m", api_key=KEY, base_url=f"{ORIGIN}/v1", max_retries=0, streaming=streams), streams)


def langchain_anthropic(streams: bool) -> str:
    return langchain(ChatAnthropic(model="m", api_key=KEY, base_url=ORIGIN, max_retries=0, streaming=streams), streams)


def pydantic(model, streams: bool) -> str:
    agent = Agent(model, tools=[get_weather])
    return agent.run_stream_sync(PROMPT).get_output() if streams else agent.run_sync(PROMPT).output


def pydantic_chat(streams: bool) -> str:
    return pydantic(OpenAIChatModel("m", provider=OpenAIProvider(api_key=KEY, base_url=f"{ORIGIN}/v1")), streams)


def pydantic_responses(streams: bool) -> str:
    return pydantic(OpenAIResponsesModel("m", provider=OpenAIProvider(api_key=KEY, base_url=f"{ORIGIN}/v1")), streams)


def pydantic_anthropic(streams: bool) -> str:
    return pydantic(AnthropicModel("m", provider=AnthropicProvider(api_key=KEY, base_url=ORIGIN)), streams)


AGENTS: dict[str, Callable[[bool], str]] = {
    "openai, chat completions": openai_chat,
    "openai, responses": openai_responses,
    "anthropic": anthropic_messages,
    "langchain, ChatOpenAI": langchain_openai,
    "langchain, ChatAnthropic": langchain_anthropic,
    "pydantic-ai, OpenAIChatModel": pydantic_chat,
    "pydantic-ai, OpenAIResponsesModel": pydantic_responses,
    "pydantic-ai, AnthropicModel": pydantic_anthropic,
}

for name, run in AGENTS.items():
    for streams in (False, True):
        called.clear()
        ended: dict = {"agent": f"{name}, {'streamed' if streams else 'whole'}"}
        try:
            ended["text"] = run(streams)
        except Exception as error:  # Whatever a framework raises is what its user gets.
            ended["raised"] = type(error).__name__
            print(type(error).__name__, error, file=sys.stderr)
        print(json.dumps({**ended, "calls": list(called)}), flush=True)
